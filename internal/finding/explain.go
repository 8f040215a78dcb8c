package finding

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/kyso-dev/kyso/internal/i18n"
)

// Codes under which [Explain] says errors that are not kyso's own.
const (
	CodeCancelled  Code = "kyso.cancelled"   // context.Canceled
	CodeTimeout    Code = "kyso.timeout"     // context.DeadlineExceeded, os.ErrDeadlineExceeded
	CodeNotFound   Code = "kyso.not-found"   // fs.ErrNotExist: path
	CodePermission Code = "kyso.permission"  // fs.ErrPermission: path
	CodeExists     Code = "kyso.exists"      // fs.ErrExist: path
	CodeFolder     Code = "kyso.is-a-folder" // a folder where a file is wanted: path
	CodeDiskFull   Code = "kyso.disk-full"   // no room left to write
	CodeOther      Code = "kyso.other"       // anything else: error
)

// coded is what all errors of the module have (see internal/finding.Fault).
type coded interface {
	error
	Code() string
	Params() map[string]string
}

// Explain says an error in Vietnamese ("vi") or English (anything else), as one line for people, without a full stop. Errors of kyso
// are said by their code, together with the causes beneath them that carry a code too; well-known errors of the system (file not
// found, no permission, disk full, cancelled, too slow) have texts of their own; what is left is quoted. Whatever comes from
// outside is cleaned of control characters. nil is "".
func Explain(err error, lang i18n.Lang) string {
	if err == nil {
		return ""
	}
	var said []string
	seen := make(map[string]bool)
	say := func(text string) {
		if text != "" && !seen[text] {
			seen[text] = true
			said = append(said, text)
		}
	}
	for e := err; e != nil; e = beneath(e) {
		if c, ok := e.(coded); ok && i18n.Has(c.Code()) {
			say(i18n.Text(c.Code(), lang, c.Params()))
		}
	}
	if len(said) == 0 || !isCoded(deepest(err)) {
		if text := system(err, lang); text != "" {
			say(text)
		} else if len(said) == 0 {
			say(i18n.Text(string(CodeOther), lang, map[string]string{"error": err.Error()}))
		}
	}
	return strings.Join(said, ": ")
}

// beneath is the error under e; of several, the first that leads to one of ours, or else the first.
func beneath(e error) error {
	if many, ok := e.(interface{ Unwrap() []error }); ok {
		var first error
		for _, inner := range many.Unwrap() {
			if inner == nil {
				continue
			}
			var c coded
			if errors.As(inner, &c) {
				return inner
			}
			if first == nil {
				first = inner
			}
		}
		return first
	}
	return errors.Unwrap(e)
}

func deepest(err error) error {
	for {
		inner := beneath(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

func isCoded(err error) bool { _, ok := err.(coded); return ok }

// system says the errors of the operating system and the standard library that people meet.
func system(err error, lang i18n.Lang) string {
	path := ""
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		path = pe.Path
	case errors.As(err, &le):
		path = le.New
	}
	text := func(code Code) string {
		return i18n.Text(string(code), lang, map[string]string{"path": path})
	}
	switch {
	case errors.Is(err, context.Canceled):
		return text(CodeCancelled)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return text(CodeTimeout)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return text(CodeDiskFull)
	case path == "": // the texts below name a path
		return ""
	case errors.Is(err, fs.ErrNotExist):
		return text(CodeNotFound)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return text(CodePermission)
	case errors.Is(err, fs.ErrExist):
		return text(CodeExists)
	case errors.Is(err, syscall.EISDIR):
		return text(CodeFolder)
	}
	return ""
}
