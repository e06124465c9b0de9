package main

import (
	"bytes"
	"debug/buildinfo"
	"debug/macho"
	"errors"
	"fmt"
	"os"
	"strings"
)

// processors gives those that a universal file of ours is for, by Go's names.
func processors() map[macho.Cpu]string {
	return map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}
}

// Numbers of load commands, from mach-o/loader.h.
const (
	loadSignature = 0x1d
	loadVersion   = 0x32
)

// check reads a universal file back.
func check(path, version string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fat, err := macho.NewFatFile(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if len(fat.Arches) != len(processors()) {
		return fmt.Errorf("it is for %d processors, want %d", len(fat.Arches), len(processors()))
	}
	for _, arch := range fat.Arches { // none is there twice: NewFatFile says
		name, ok := processors()[arch.Cpu]
		if !ok {
			return fmt.Errorf("it is for %v", arch.Cpu)
		}
		program := data[arch.Offset : arch.Offset+arch.Size]
		if err := checkOne(arch, program, name, version); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// checkOne looks at one program of a universal file.
func checkOne(arch macho.FatArch, program []byte, processor, version string) error {
	// lipo aligns to the pages of each processor, which are smaller on Intel.
	if arch.Offset%(1<<arch.Align) != 0 || arch.Align < 12 || arch.Cpu == macho.CpuArm64 && arch.Align < alignBits {
		return fmt.Errorf("it begins at %#x, said to be aligned to 1<<%d", arch.Offset, arch.Align)
	}
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		return err
	}
	built := make(map[string]string)
	for _, s := range info.Settings {
		built[s.Key] = s.Value
	}
	if built["GOOS"] != "darwin" || built["GOARCH"] != processor {
		return fmt.Errorf("it was built for %s/%s", built["GOOS"], built["GOARCH"])
	}
	// What the linker was told is not in the build info of a trimmed program. One program tells nobody its version.
	if !strings.HasSuffix(info.Path, "/drawbridge-pac") && !bytes.Contains(program, []byte(version)) {
		return fmt.Errorf("version %s is not in it", version)
	}
	oldest, signature := loads(arch.File)
	if signature == 0 && arch.Cpu == macho.CpuArm64 {
		return errors.New("it is not signed, not even by nobody: macOS would kill it")
	}
	cgo := "without cgo"
	if built["CGO_ENABLED"] == "1" {
		cgo = "with cgo"
	}
	fmt.Printf("%s for %s, %s, from macOS %s, %d bytes at %#x\n", info.Path, processor, cgo, oldest, arch.Size, arch.Offset)
	return nil
}

// loads returns the oldest macOS that a program is for, and the place of its signature, 0 if it has none.
func loads(file *macho.File) (oldest string, signature uint32) {
	for _, load := range file.Loads {
		raw := load.Raw()
		switch file.ByteOrder.Uint32(raw) {
		case loadSignature:
			signature = file.ByteOrder.Uint32(raw[8:])
		case loadVersion:
			v := file.ByteOrder.Uint32(raw[12:])
			oldest = fmt.Sprintf("%d.%d", v>>16, v>>8&0xff)
		}
	}
	return oldest, signature
}
