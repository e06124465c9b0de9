package program

import (
	"encoding/binary"
	"net/netip"

	"golang.org/x/sys/unix"
)

// The layout of sock_diag(7): a request and an answer for one TCP connection, each
// behind a message header of 16 bytes. Numbers are in the machine's own byte
// order, ports and addresses in the network's.
const (
	diagHeader  = 16
	diagRequest = diagHeader + 56 // struct inet_diag_req_v2
	diagAnswer  = diagHeader + 72 // struct inet_diag_msg
)

// diagnose asks the kernel for the wanted connections one by one, which does not
// depend on how many others there are, as reading its tables does. It returns
// pairs by their inodes, and none at all where the kernel has no such service.
func diagnose(wanted map[pair]uint64, user int) map[uint32]pair {
	inodes := make(map[uint32]pair, len(wanted))
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return inodes
	}
	defer unix.Close(fd)
	// The answer is there when the question was taken; this is for when it is not.
	unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1})
	var answer [512]byte
	for ends := range wanted {
		if unix.Sendto(fd, appendDiagRequest(nil, ends), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}) != nil {
			return inodes
		}
		n, _, err := unix.Recvfrom(fd, answer[:], 0)
		if err != nil {
			return inodes
		}
		if inode, owner, ok := parseDiagAnswer(answer[:n]); ok && (user == 0 || user == int(owner)) {
			inodes[inode] = ends
		}
	}
	return inodes
}

func appendDiagRequest(b []byte, ends pair) []byte {
	family := byte(unix.AF_INET6)
	if ends.local.Addr().Is4() {
		family = unix.AF_INET
	}
	b = binary.NativeEndian.AppendUint32(b, diagRequest)
	b = binary.NativeEndian.AppendUint16(b, unix.SOCK_DIAG_BY_FAMILY)
	b = binary.NativeEndian.AppendUint16(b, unix.NLM_F_REQUEST)
	b = append(b, 0, 0, 0, 0, 0, 0, 0, 0) // sequence, port
	b = append(b, family, unix.IPPROTO_TCP, 0, 0)
	b = binary.NativeEndian.AppendUint32(b, ^uint32(0)) // in every state
	b = binary.BigEndian.AppendUint16(b, ends.local.Port())
	b = binary.BigEndian.AppendUint16(b, ends.remote.Port())
	b = appendDiagAddr(b, ends.local.Addr())
	b = appendDiagAddr(b, ends.remote.Addr())
	b = append(b, 0, 0, 0, 0)                                // on every interface
	return append(b, 255, 255, 255, 255, 255, 255, 255, 255) // whichever the socket's cookie
}

// appendDiagAddr gives every address the room of the longest.
func appendDiagAddr(b []byte, a netip.Addr) []byte {
	var room [16]byte
	copy(room[:], a.AsSlice())
	return append(b, room[:]...)
}

// parseDiagAnswer returns the connection's inode and its user. A listener is what
// the kernel finds for want of a connection.
func parseDiagAnswer(b []byte) (inode, user uint32, ok bool) {
	const stateListen = 10
	if len(b) < diagAnswer || binary.NativeEndian.Uint16(b[4:]) != unix.SOCK_DIAG_BY_FAMILY {
		return 0, 0, false
	}
	b = b[diagHeader:]
	user, inode = binary.NativeEndian.Uint32(b[64:]), binary.NativeEndian.Uint32(b[68:])
	return inode, user, b[1] != stateListen && inode != 0
}
