package token

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/stretchr/testify/require"
)

// makePE builds a DLL with an export directory, as small as the format allows.
func makePE(machine uint16, exports ...string) []byte {
	is64 := machine != 0x14c
	var b bytes.Buffer
	le := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("MZ")
	b.Write(make([]byte, 58))
	le(uint32(64))
	b.WriteString("PE\x00\x00")
	optional := 96 + 16*8
	if is64 {
		optional = 112 + 16*8
	}
	le([]uint16{machine, 1})
	le([]uint32{0, 0, 0})
	le([]uint16{uint16(optional), 0x2002}) // DLL, executable image
	head := b.Len()
	magic := uint16(0x10b)
	if is64 {
		magic = 0x20b
	}
	le(magic)
	b.Write(make([]byte, optional-16*8-2-4))
	le(uint32(16)) // NumberOfRvaAndSizes
	const rva = 0x1000
	le([]uint32{rva, 0x200})
	b.Write(make([]byte, optional-(b.Len()-head)))
	section := make([]byte, 0x400)
	pointers := 40
	names := pointers + 4*len(exports)
	binary.LittleEndian.PutUint32(section[24:], uint32(len(exports)))
	binary.LittleEndian.PutUint32(section[32:], rva+uint32(pointers))
	for i, e := range exports {
		binary.LittleEndian.PutUint32(section[pointers+4*i:], rva+uint32(names))
		names += copy(section[names:], e) + 1
	}
	b.WriteString(".edata\x00\x00")
	le([]uint32{0x400, rva, 0x400, 0x200, 0, 0})
	le([]uint16{0, 0})
	le(uint32(0x40000040))
	b.Write(make([]byte, 0x200-b.Len()))
	b.Write(section)
	return b.Bytes()
}

// makeMachO builds a dylib for one CPU with symbols.
func makeMachO(cpu macho.Cpu, symbols ...string) []byte {
	strs := []byte{0}
	var syms bytes.Buffer
	for _, s := range symbols {
		_ = binary.Write(&syms, binary.LittleEndian, macho.Nlist64{Name: uint32(len(strs)), Type: 0x0F, Sect: 1, Value: 1})
		strs = append(append(strs, s...), 0)
	}
	var b bytes.Buffer
	le := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	le(macho.FileHeader{Magic: macho.Magic64, Cpu: cpu, Type: macho.TypeDylib, Ncmd: 1, Cmdsz: 24})
	le(uint32(0))
	at := uint32(b.Len() + 24)
	le(macho.SymtabCmd{Cmd: macho.LoadCmdSymtab, Len: 24, Symoff: at, Nsyms: uint32(len(symbols)), Stroff: at + uint32(syms.Len()), Strsize: uint32(len(strs))})
	b.Write(syms.Bytes())
	b.Write(strs)
	return b.Bytes()
}

// makeFat puts files for several CPUs into one.
func makeFat(files map[macho.Cpu][]byte) []byte {
	var b bytes.Buffer
	be := func(v any) { _ = binary.Write(&b, binary.BigEndian, v) }
	be([]uint32{macho.MagicFat, uint32(len(files))})
	at := uint32(0x1000)
	var body []byte
	for cpu, f := range files {
		be([]uint32{uint32(cpu), 0, at + uint32(len(body)), uint32(len(f)), 12})
		body = append(body, f...)
	}
	b.Write(make([]byte, int(at)-b.Len()))
	b.Write(body)
	return b.Bytes()
}

// makeELF builds a shared object without symbols.
func makeELF(machine elf.Machine, kind elf.Type) []byte {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, elf.Header64{
		Ident: [16]byte{0x7F, 'E', 'L', 'F', 2, 1, 1}, Type: uint16(kind), Machine: uint16(machine), Version: 1, Ehsize: 64, Shentsize: 64,
	})
	return b.Bytes()
}

func TestParseImage(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		want image
		bad  bool
	}{
		{"64-bit DLL", makePE(0x8664, "C_Finalize", "C_GetFunctionList"), image{"windows", []string{"amd64"}, true}, false},
		{"32-bit DLL", makePE(0x14c, "C_GetFunctionList"), image{"windows", []string{"386"}, true}, false},
		{"DLL without the function", makePE(0x8664, "C_GetFunctionList2", "XC_GetFunctionList"), image{"windows", []string{"amd64"}, false}, false},
		{"DLL without exports", makePE(0x8664), image{"windows", []string{"amd64"}, false}, false},
		{"dylib", makeMachO(macho.CpuArm64, "_C_GetFunctionList"), image{"darwin", []string{"arm64"}, true}, false},
		{"dylib without the function", makeMachO(macho.CpuAmd64, "_C_Sign"), image{"darwin", []string{"amd64"}, false}, false},
		{"universal dylib", makeFat(map[macho.Cpu][]byte{macho.CpuAmd64: makeMachO(macho.CpuAmd64, "_C_GetFunctionList"), macho.CpuArm64: makeMachO(macho.CpuArm64, "_C_GetFunctionList")}),
			image{"darwin", []string{"amd64", "arm64"}, true}, false},
		{"shared object", makeELF(elf.EM_386, elf.ET_DYN), image{"linux", []string{"386"}, false}, false},
		{"ELF program", makeELF(elf.EM_X86_64, elf.ET_EXEC), image{}, true},
		{"empty", nil, image{}, true},
		{"text", []byte("C_GetFunctionList"), image{}, true},
		{"cut PE", makePE(0x8664)[:70], image{}, true},
		{"cut ELF", makeELF(elf.EM_386, elf.ET_DYN)[:20], image{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			img, err := parseImage(bytes.NewReader(c.data))
			if c.bad {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			slices.Sort(img.archs)
			require.Equal(t, c.want, img)
		})
	}
}

// TestInspect: every kind of wrong file is named with what to do.
func TestInspect(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH == "386" {
		t.Skip("the files are those that are wrong on 64-bit Linux")
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, data, 0o600))
		return path
	}
	machine := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[runtime.GOARCH]
	for _, c := range []struct {
		path string
		code finding.Code
	}{
		{file("a.dll", makePE(0x8664, "C_GetFunctionList")), CodeModuleFormat},
		{file("a.dylib", makeMachO(macho.CpuArm64, "_C_GetFunctionList")), CodeModuleFormat},
		{file("32.so", makeELF(elf.EM_386, elf.ET_DYN)), CodeModuleArchitecture},
		{file("no-entry.so", makeELF(machine, elf.ET_DYN)), CodeModuleEntry},
		{file("a.txt", []byte("no library")), CodeModuleFormat},
		{dir, CodeModuleFormat},
		{filepath.Join(dir, "missing.so"), CodeModuleMissing},
		{"/dev/zero", CodeModuleFormat},
	} {
		err := Inspect(c.path)
		require.ErrorIs(t, err, kind(c.code), c.path)
		require.ErrorContains(t, err, c.path)
		_, err = Open(t.Context(), c.path, nil)
		require.Error(t, err, "what Inspect refuses is not loaded")
	}
	err := Inspect(file("32b.so", makeELF(elf.EM_386, elf.ET_DYN)))
	require.ErrorContains(t, err, "32-bit (x86)")
	require.ErrorContains(t, err, archName(runtime.GOARCH))
}

func FuzzImage(f *testing.F) {
	f.Add(makePE(0x8664, "C_GetFunctionList"))
	f.Add(makePE(0x14c))
	f.Add(makeMachO(macho.CpuArm64, "_C_GetFunctionList"))
	f.Add(makeFat(map[macho.Cpu][]byte{macho.CpuAmd64: makeMachO(macho.CpuAmd64, "_C_GetFunctionList")}))
	f.Add(makeELF(elf.EM_X86_64, elf.ET_DYN))
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := parseImage(bytes.NewReader(data))
		if err == nil && (img.system == "" || len(img.archs) == 0) {
			t.Fatalf("%+v is no image", img)
		}
	})
}
