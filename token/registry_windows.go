package token

import (
	"errors"
	"syscall"
	"unsafe"

	"github.com/kyso-dev/kyso/internal/limits"
)

const providersKey = `SOFTWARE\Microsoft\Cryptography\Defaults\Provider`

// Views of the registry, which a program of either architecture may ask for.
const (
	view64 = 0x0100 // KEY_WOW64_64KEY
	view32 = 0x0200 // KEY_WOW64_32KEY
)

// readProviders reads the CSPs of both views. What cannot be read is left out: discovery has other ways.
func readProviders() []provider {
	var all []provider
	for _, view := range []uint32{view64, view32} {
		root, err := openKey(syscall.HKEY_LOCAL_MACHINE, providersKey, syscall.KEY_ENUMERATE_SUB_KEYS|view)
		if err != nil {
			continue
		}
		for i := range uint32(limits.TokenProviders) {
			name, err := subKey(root, i)
			if err != nil {
				break
			}
			key, err := openKey(root, name, syscall.KEY_QUERY_VALUE|view)
			if err != nil {
				continue
			}
			if image, err := stringValue(key, "Image Path"); err == nil {
				all = append(all, provider{name, image, view == view32})
			}
			_ = syscall.RegCloseKey(key)
		}
		_ = syscall.RegCloseKey(root)
	}
	return all
}

func openKey(parent syscall.Handle, name string, access uint32) (syscall.Handle, error) {
	p, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return 0, err
	}
	var key syscall.Handle
	err = syscall.RegOpenKeyEx(parent, p, 0, access, &key)
	return key, err
}

func subKey(key syscall.Handle, i uint32) (string, error) {
	buffer := make([]uint16, 256) // a key's name has at most 255 characters
	n := uint32(len(buffer))
	if err := syscall.RegEnumKeyEx(key, i, &buffer[0], &n, nil, nil, nil, nil); err != nil {
		return "", err
	}
	return syscall.UTF16ToString(buffer[:n]), nil
}

func stringValue(key syscall.Handle, name string) (string, error) {
	p, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return "", err
	}
	buffer := make([]uint16, 1024)
	n, kind := uint32(len(buffer)*2), uint32(0)
	if err := syscall.RegQueryValueEx(key, p, nil, &kind, (*byte)(unsafe.Pointer(&buffer[0])), &n); err != nil {
		return "", err
	}
	if kind != syscall.REG_SZ && kind != syscall.REG_EXPAND_SZ {
		return "", errors.New("not a string")
	}
	return syscall.UTF16ToString(buffer[:min(int(n)/2, len(buffer))]), nil
}
