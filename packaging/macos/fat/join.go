package main

import (
	"bytes"
	"debug/macho"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// alignBits is the power of two that each program begins at: a page of the largest size there is, that of Apple's own
// processors.
const alignBits = 14

// join makes one universal file of programs, each a Mach-O file for another processor. Whatever their order, it has them
// by the number of the processor, as lipo does.
func join(programs [][]byte) ([]byte, error) {
	type slice struct {
		macho.FatArchHeader
		program []byte
	}
	var all []slice
	for i, program := range programs {
		file, err := macho.NewFile(bytes.NewReader(program))
		if err != nil {
			return nil, fmt.Errorf("program %d: %w", i+1, err)
		}
		all = append(all, slice{macho.FatArchHeader{Cpu: file.Cpu, SubCpu: file.SubCpu, Align: alignBits}, program})
	}
	slices.SortFunc(all, func(a, b slice) int { return int(a.Cpu) - int(b.Cpu) })

	const head, entry = 8, 20 // bytes
	end := uint64(head + entry*len(all))
	for i := range all {
		if i > 0 && all[i].Cpu == all[i-1].Cpu {
			return nil, fmt.Errorf("two programs are for %v", all[i].Cpu)
		}
		offset := (end + 1<<alignBits - 1) &^ (1<<alignBits - 1)
		end = offset + uint64(len(all[i].program))
		if end > math.MaxUint32 {
			return nil, errors.New("together they are larger than 4 GB")
		}
		all[i].Offset, all[i].Size = uint32(offset), uint32(len(all[i].program))
	}

	// The head is big-endian whatever the processors are.
	joined := binary.BigEndian.AppendUint32(nil, macho.MagicFat)
	joined = binary.BigEndian.AppendUint32(joined, uint32(len(all)))
	for _, s := range all {
		for _, field := range []uint32{uint32(s.Cpu), s.SubCpu, s.Offset, s.Size, s.Align} {
			joined = binary.BigEndian.AppendUint32(joined, field)
		}
	}
	for _, s := range all {
		joined = append(joined, make([]byte, int(s.Offset)-len(joined))...)
		joined = append(joined, s.program...)
	}
	return joined, nil
}
