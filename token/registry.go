package token

import (
	"strings"
)

// provider is an entry of HKLM\SOFTWARE\Microsoft\Cryptography\Defaults\Provider: a CSP and the file that it lives in.
type provider struct {
	name  string
	image string // Image Path, as it stands there
	wow   bool   // of the 32-bit view
}

// fromProviders makes module paths of CSPs: where the file is X_s.dll, a shell over a module, the module is X.dll beside it; otherwise the
// file may be both. Windows' own CSPs are left out. getenv gives environment variables.
func fromProviders(providers []provider, getenv func(string) string) []string {
	var paths []string
	for _, p := range providers {
		image := strings.Trim(strings.TrimSpace(p.image), `"`)
		if image == "" || strings.HasPrefix(strings.ToLower(p.name), "microsoft ") {
			continue
		}
		image = expandWindows(image, getenv)
		folder, file := splitWindows(image)
		if folder == "" { // found along the search path, which begins with the system's folder
			folder = expandWindows(`%SystemRoot%\System32`, getenv)
		}
		if p.wow {
			folder = redirected(folder, getenv)
		}
		stem, ok := cutSuffixFold(file, ".dll")
		if !ok {
			continue
		}
		if module, shell := cutSuffixFold(stem, "_s"); shell {
			paths = append(paths, folder+`\`+module+".dll")
			continue
		}
		paths = append(paths, folder+`\`+file)
	}
	return paths
}

// redirected is where the 32-bit view's System32 really lies.
func redirected(folder string, getenv func(string) string) string {
	system := expandWindows(`%SystemRoot%\System32`, getenv)
	if len(folder) >= len(system) && strings.EqualFold(folder[:len(system)], system) && (len(folder) == len(system) || folder[len(system)] == '\\') {
		return expandWindows(`%SystemRoot%\SysWOW64`, getenv) + folder[len(system):]
	}
	return folder
}

// expandWindows replaces %NAME%; a variable that is not set stays as it stands.
func expandWindows(s string, getenv func(string) string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "%")
		name, after, closed := strings.Cut(rest, "%")
		if !ok || !closed {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before)
		if v := getenv(name); v != "" && name != "" {
			b.WriteString(strings.TrimRight(v, `\`))
		} else {
			b.WriteString("%" + name + "%")
		}
		s = after
	}
}

func splitWindows(path string) (folder, file string) {
	path = strings.ReplaceAll(path, "/", `\`)
	if i := strings.LastIndexByte(path, '\\'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}

func cutSuffixFold(s, suffix string) (string, bool) {
	if len(s) > len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix) {
		return s[:len(s)-len(suffix)], true
	}
	return s, false
}
