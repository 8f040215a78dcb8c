package kyso

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
)

// source is what the module's own code says about codes.
type source struct {
	constants map[string]string // code → where a constant of type finding.Code (or an alias) names it
	literals  map[string]bool   // every string literal outside of internal/i18n and of tests
}

// readSource parses all code but tests and the catalogue itself.
func readSource(t *testing.T, root string) source {
	t.Helper()
	src := source{constants: make(map[string]string), literals: make(map[string]bool)}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != root || d.Name() == "testdata" || filepath.ToSlash(path) == "internal/i18n"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		src.read(f, files)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func (src *source) read(f *ast.File, files *token.FileSet) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil {
				src.literals[s] = true
			}
		case *ast.GenDecl:
			if n.Tok != token.CONST {
				break
			}
			for _, spec := range n.Specs {
				v := spec.(*ast.ValueSpec)
				for i, value := range v.Values {
					if code, ok := codeOf(v.Type, value); ok {
						src.constants[code] = files.Position(v.Names[i].Pos()).String() + " " + v.Names[i].Name
					}
				}
			}
		}
		return true
	})
}

// codeOf is the text of a constant of type Code: `X finding.Code = "…"`, `X Code = "…"`, or `X = Code("…")`.
func codeOf(typ, value ast.Expr) (string, bool) {
	if call, ok := value.(*ast.CallExpr); ok && len(call.Args) == 1 {
		typ, value = call.Fun, call.Args[0]
	}
	lit, ok := value.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	name := ""
	switch t := typ.(type) {
	case *ast.Ident:
		name = t.Name
	case *ast.SelectorExpr:
		name = t.Sel.Name
	}
	s, err := strconv.Unquote(lit.Value)
	return s, name == "Code" && err == nil
}

// TestCatalogue walks every code of the source and every text of the catalogue: each code has a text, each text has a code.
func TestCatalogue(t *testing.T) {
	src := readSource(t, ".")
	if len(src.constants) < 100 {
		t.Fatalf("only %d codes found in the source: the walk is broken", len(src.constants))
	}
	for code, where := range src.constants {
		if !i18n.Has(code) {
			t.Errorf("%s: the code %q has no text", where, code)
		}
		if !codeForm.MatchString(code) {
			t.Errorf("%s: the code %q is not of the form room.what-is-wrong", where, code)
		}
	}
	for _, code := range i18n.Codes() {
		_, constant := src.constants[code]
		_, within, _ := strings.Cut(code, ".") // the command puts its room's name in front itself
		if !constant && !src.literals[code] && !(strings.HasPrefix(code, "command.") && src.literals[within]) {
			t.Errorf("the text %q belongs to no code of the source", code)
		}
	}
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9]*(\.[a-z0-9]+(-[a-z0-9]+)*)+$`)

// TestCatalogueCheckCanFail plants a code without a text.
func TestCatalogueCheckCanFail(t *testing.T) {
	dir := t.TempDir()
	const planted = "package p\n\nimport \"github.com/kyso-dev/kyso/internal/finding\"\n\nconst (\n\tA finding.Code = \"planted.one\"\n\tB = Code(\"planted.two\")\n\tC = \"planted.three\"\n)\n"
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(planted), 0o600); err != nil {
		t.Fatal(err)
	}
	src := readSource(t, dir)
	if len(src.constants) != 2 || src.constants["planted.one"] == "" || src.constants["planted.two"] == "" || !src.literals["planted.three"] {
		t.Fatalf("found %v", src.constants)
	}
}

// TestExplainEveryCode says every code of the catalogue in both languages.
func TestExplainEveryCode(t *testing.T) {
	for _, code := range i18n.Codes() {
		err := fmt.Errorf("outside: %w", &plainError{finding.NewFault(finding.Code(code), nil)})
		en, vi := Explain(err, "en"), Explain(err, Vietnamese)
		if en != i18n.Text(code, English, nil) || vi != i18n.Text(code, Vietnamese, nil) || en == "" || vi == "" {
			t.Errorf("%s: en %q, vi %q", code, en, vi)
		}
	}
}

type plainError struct{ finding.Fault }

func TestExplain(t *testing.T) {
	missing := &fs.PathError{Op: "open", Path: "a\nb.pdf", Err: syscall.ENOENT}
	coded := func(code finding.Code, cause error, pairs ...string) error {
		return &plainError{finding.NewFault(code, cause, pairs...)}
	}
	for _, c := range []struct {
		name   string
		err    error
		en, vi string
	}{
		{"nil", nil, "", ""},
		{"a code", coded("verify.empty", nil), "the file is empty", "tệp rỗng"},
		{"a code beneath another", coded("verify.read", coded("verify.empty", nil)), "the document could not be read: the file is empty", "không đọc được tài liệu: tệp rỗng"},
		{"a code over an error of the system", coded("verify.read", missing), `the document could not be read: a\x0ab.pdf does not exist`, `không đọc được tài liệu: a\x0ab.pdf không tồn tại`},
		{"a code over a foreign error", coded("verify.read", errors.New("x")), "the document could not be read", "không đọc được tài liệu"},
		{"several beneath", errors.Join(errors.New("x"), coded("verify.empty", nil)), "the file is empty", "tệp rỗng"},
		{"not found", missing, `a\x0ab.pdf does not exist`, `a\x0ab.pdf không tồn tại`},
		{"no permission", &fs.PathError{Op: "open", Path: "k", Err: syscall.EACCES}, "access to k is not allowed", "không có quyền truy cập k"},
		{"a folder", &fs.PathError{Op: "read", Path: "k", Err: syscall.EISDIR}, "k is a folder, and a file is needed", "k là thư mục, trong khi cần một tệp"},
		{"disk full", &fs.PathError{Op: "write", Path: "k", Err: syscall.ENOSPC}, "there is no room left on the disk", "đĩa đã hết chỗ trống"},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), "the work was cancelled", "thao tác đã bị hủy"},
		{"too slow", context.DeadlineExceeded, "it took too long and was given up", "quá thời gian chờ nên đã dừng lại"},
		{"anything", errors.New("boo\x1b[2J"), `an unexpected error: boo\x1b[2J`, `lỗi không lường trước: boo\x1b[2J`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Explain(c.err, "en"); got != c.en {
				t.Errorf("en: got %q, want %q", got, c.en)
			}
			if got := Explain(c.err, Vietnamese); got != c.vi {
				t.Errorf("vi: got %q, want %q", got, c.vi)
			}
		})
	}
	if Explain(errors.New("x"), "fr") != Explain(errors.New("x"), English) {
		t.Error("an unknown language is not English")
	}
}

func ExampleExplain() {
	err := fmt.Errorf("contract.pdf: %w", &plainError{finding.NewFault("verify.empty", nil)})
	fmt.Println(Explain(err, "en"))
	fmt.Println(Explain(err, "vi"))
	// Output:
	// the file is empty
	// tệp rỗng
}
