package token

import (
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/kyso-dev/kyso/internal/limits"
)

// image is what a module's file says of itself.
type image struct {
	system string   // as GOOS has it
	archs  []string // as GOARCH has it; several in a universal Mach-O
	entry  bool     // it exports C_GetFunctionList
}

// Inspect looks at a module's file without loading it: whether it is a library for this system and architecture, and exports
// C_GetFunctionList. The error says what to install instead.
func Inspect(path string) error {
	img, err := readImage(path)
	if err != nil {
		return err
	}
	switch {
	case img.system != runtime.GOOS && !(img.system == "linux" && otherELF[runtime.GOOS]):
		return fail(CodeModuleFormat, nil, "path", path, "kind", systemName(img.system))
	case !slices.Contains(img.archs, runtime.GOARCH):
		return fail(CodeModuleArchitecture, nil, "path", path, "found", strings.Join(archNames(img.archs), ", "), "need", archName(runtime.GOARCH))
	case !img.entry:
		return fail(CodeModuleEntry, nil, "path", path)
	}
	return nil
}

// otherELF are the systems that share Linux's file format.
var otherELF = map[string]bool{"freebsd": true, "netbsd": true, "openbsd": true, "dragonfly": true, "solaris": true}

func systemName(system string) string {
	switch system {
	case "windows":
		return "a Windows library"
	case "darwin":
		return "a macOS library"
	}
	return "a Linux library"
}

// archName is an architecture as its users know it.
func archName(arch string) string {
	switch arch {
	case "amd64":
		return "64-bit (x64)"
	case "386":
		return "32-bit (x86)"
	case "arm64":
		return "64-bit (ARM)"
	case "arm":
		return "32-bit (ARM)"
	}
	return arch
}

func archNames(archs []string) []string {
	names := make([]string, len(archs))
	for i, a := range archs {
		names[i] = archName(a)
	}
	return names
}

func readImage(path string) (img image, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return img, fail(CodeModuleMissing, err, "path", path)
	}
	foreign := func(kind string) error { return fail(CodeModuleFormat, nil, "path", path, "kind", kind) }
	switch {
	case info.IsDir():
		return img, foreign("a folder")
	case !info.Mode().IsRegular() || info.Size() > limits.TokenModule:
		return img, foreign("no library at all")
	}
	f, err := os.Open(path)
	if err != nil {
		return img, fail(CodeModuleMissing, err, "path", path)
	}
	defer f.Close()
	if img, err = parseImage(f); err != nil {
		return img, foreign("no library at all")
	}
	return img, nil
}

var errImage = errors.New("not a library")

// parseImage reads a PE, ELF or Mach-O file.
func parseImage(r io.ReaderAt) (img image, err error) {
	var magic [4]byte
	if _, err := r.ReadAt(magic[:], 0); err != nil {
		return img, errImage
	}
	switch m := binary.BigEndian.Uint32(magic[:]); {
	case m>>16 == 0x4D5A: // MZ
		return parsePE(r)
	case m == 0x7F454C46: // \x7fELF
		return parseELF(r)
	case m == macho.MagicFat || slices.Contains([]uint32{macho.Magic32, macho.Magic64}, binary.LittleEndian.Uint32(magic[:])):
		return parseMachO(r, m == macho.MagicFat)
	}
	return img, errImage
}

const entryPoint = "C_GetFunctionList"

func parseELF(r io.ReaderAt) (img image, err error) {
	f, err := elf.NewFile(r)
	if err != nil || f.Type != elf.ET_DYN {
		return img, errImage
	}
	img.system = "linux"
	archs := map[elf.Machine]string{elf.EM_X86_64: "amd64", elf.EM_386: "386", elf.EM_AARCH64: "arm64", elf.EM_ARM: "arm", elf.EM_RISCV: "riscv64",
		elf.EM_PPC64: "ppc64le", elf.EM_S390: "s390x", elf.EM_LOONGARCH: "loong64"}
	img.archs = []string{archs[f.Machine]}
	if img.archs[0] == "" {
		img.archs[0] = f.Machine.String()
	}
	symbols, err := f.DynamicSymbols()
	if err != nil {
		return img, nil // no symbols, no entry
	}
	img.entry = slices.ContainsFunc(symbols, func(s elf.Symbol) bool { return s.Name == entryPoint && s.Section != elf.SHN_UNDEF })
	return img, nil
}

var machoArchs = map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.Cpu386: "386", macho.CpuArm64: "arm64", macho.CpuArm: "arm"}

func parseMachO(r io.ReaderAt, fat bool) (img image, err error) {
	img.system = "darwin"
	var files []*macho.File
	if fat {
		f, err := macho.NewFatFile(r)
		if err != nil {
			return img, errImage
		}
		for _, a := range f.Arches {
			files = append(files, a.File)
		}
	} else {
		f, err := macho.NewFile(r)
		if err != nil {
			return img, errImage
		}
		files = []*macho.File{f}
	}
	img.entry = true
	for _, f := range files {
		if f.Type != macho.TypeDylib && f.Type != macho.TypeBundle {
			return img, errImage
		}
		name := machoArchs[f.Cpu]
		if name == "" {
			name = f.Cpu.String()
		}
		img.archs = append(img.archs, name)
		const external, undefined = 0x01, 0x0E // N_EXT; N_TYPE is 0 for N_UNDF
		img.entry = img.entry && f.Symtab != nil && slices.ContainsFunc(f.Symtab.Syms, func(s macho.Symbol) bool {
			return s.Name == "_"+entryPoint && s.Type&external != 0 && s.Type&undefined != 0
		})
	}
	return img, nil
}

func parsePE(r io.ReaderAt) (img image, err error) {
	f, err := pe.NewFile(r)
	if err != nil || f.Characteristics&pe.IMAGE_FILE_DLL == 0 {
		return img, errImage
	}
	img.system = "windows"
	archs := map[uint16]string{pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_I386: "386", pe.IMAGE_FILE_MACHINE_ARM64: "arm64", pe.IMAGE_FILE_MACHINE_ARMNT: "arm"}
	img.archs = []string{archs[f.Machine]}
	if img.archs[0] == "" {
		img.archs[0] = "other"
	}
	img.entry = peExports(f, entryPoint)
	return img, nil
}

// peExports looks a name up in the export directory (PE format, "The .edata Section"), which package debug/pe does not read.
func peExports(f *pe.File, name string) bool {
	var dir pe.DataDirectory
	switch h := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		dir = h.DataDirectory[0]
	case *pe.OptionalHeader64:
		dir = h.DataDirectory[0]
	}
	read := func(rva uint32, n int) []byte { // nil when it lies outside of all sections
		for _, s := range f.Sections {
			if rva >= s.VirtualAddress && rva-s.VirtualAddress < s.Size {
				b := make([]byte, min(n, int(s.Size-(rva-s.VirtualAddress))))
				if _, err := s.ReadAt(b, int64(rva-s.VirtualAddress)); err != nil && !errors.Is(err, io.EOF) {
					return nil
				}
				return b
			}
		}
		return nil
	}
	table := read(dir.VirtualAddress, 40)
	if dir.VirtualAddress == 0 || len(table) < 40 {
		return false
	}
	count := min(binary.LittleEndian.Uint32(table[24:]), limits.TokenExports)
	pointers := read(binary.LittleEndian.Uint32(table[32:]), int(count)*4)
	for i := 0; i+4 <= len(pointers); i += 4 {
		b := read(binary.LittleEndian.Uint32(pointers[i:]), len(name)+1)
		if len(b) == len(name)+1 && string(b) == name+"\x00" {
			return true
		}
	}
	return false
}
