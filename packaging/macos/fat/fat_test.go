package main

import (
	"bytes"
	"debug/macho"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// program is a Mach-O file without anything in it, and size bytes behind its head.
func program(cpu macho.Cpu, size int) []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, macho.FileHeader{Magic: macho.Magic64, Cpu: cpu, SubCpu: 3, Type: macho.TypeExec})
	b.Write(make([]byte, 4)) // reserved
	b.Write(bytes.Repeat([]byte{byte(cpu)}, size))
	return b.Bytes()
}

func TestJoinIsReadBack(t *testing.T) {
	amd, arm := program(macho.CpuAmd64, 40_000), program(macho.CpuArm64, 5)
	joined, err := join([][]byte{arm, amd})
	if err != nil {
		t.Fatal(err)
	}
	fat, err := macho.NewFatFile(bytes.NewReader(joined))
	if err != nil {
		t.Fatal(err)
	}
	if len(fat.Arches) != 2 {
		t.Fatalf("%d programs, want 2", len(fat.Arches))
	}
	for i, want := range [][]byte{amd, arm} {
		arch := fat.Arches[i]
		if got := joined[arch.Offset : arch.Offset+arch.Size]; !bytes.Equal(got, want) {
			t.Errorf("program %d is not what went in", i)
		}
		if arch.Offset%0x4000 != 0 || arch.Align != 14 {
			t.Errorf("program %d begins at %#x, said to be aligned to 1<<%d", i, arch.Offset, arch.Align)
		}
		if arch.SubCpu != 3 {
			t.Errorf("program %d is for kind %d of its processor, want 3", i, arch.SubCpu)
		}
	}
	if again, _ := join([][]byte{amd, arm}); !bytes.Equal(again, joined) {
		t.Error("another order gives other bytes")
	}
}

func TestJoinRefuses(t *testing.T) {
	amd := program(macho.CpuAmd64, 1)
	for _, tt := range []struct {
		name     string
		programs [][]byte
		want     string
	}{
		{"no program", [][]byte{amd, []byte("#!/bin/sh")}, "program 2"},
		{"the same processor twice", [][]byte{amd, amd}, "two programs"},
	} {
		if _, err := join(tt.programs); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: join = %v, want an error with %q", tt.name, err, tt.want)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	universal := func(cpus ...macho.Cpu) []byte {
		var programs [][]byte
		for _, cpu := range cpus {
			programs = append(programs, program(cpu, 1))
		}
		joined, err := join(programs)
		if err != nil {
			t.Fatal(err)
		}
		return joined
	}
	unaligned := universal(macho.CpuAmd64, macho.CpuArm64)
	binary.BigEndian.PutUint32(unaligned[8+16:], 3) // the first program's
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"not universal", program(macho.CpuArm64, 1), "not a fat Mach-O file"},
		{"one processor", universal(macho.CpuArm64), "1 processors"},
		{"another processor", universal(macho.CpuPpc, macho.CpuArm64), "CpuPpc"},
		{"unaligned", unaligned, "1<<3"},
		{"no program of Go's", universal(macho.CpuAmd64, macho.CpuArm64), "amd64: "},
	} {
		path := filepath.Join(t.TempDir(), "universal")
		if err := os.WriteFile(path, tt.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := check(path, "1.2.3"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: check = %v, want an error with %q", tt.name, err, tt.want)
		}
	}
}
