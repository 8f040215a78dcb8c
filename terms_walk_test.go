package kyso

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// walk follows texts to the parameters of faults and findings, by names alone: within a package, a function is its name.
type walk struct {
	files    *token.FileSet
	packages map[string]*pkg // by folder
	sinks    map[sink]bool
	values   []value
}

type pkg struct {
	dir     string
	funcs   map[string][]*ast.FuncDecl
	consts  map[string]ast.Expr
	imports map[string]string // name → folder, of this module's packages
	all     []*ast.FuncDecl
	vars    []ast.Expr
}

// sink is a parameter of a function that ends as a value, or, with param "", as the pairs, of a fault or finding.
type sink struct {
	dir, name string
	arg       int
	param     string
}

const module = "github.com/kyso-dev/kyso/"

func readValues(t *testing.T, root string) *walk {
	t.Helper()
	w := &walk{files: token.NewFileSet(), packages: make(map[string]*pkg), sinks: map[sink]bool{
		{dir: "internal/finding", name: "NewFault", arg: 2}: true,
		{dir: "internal/finding", name: "P", arg: 0}:        true,
		{dir: "cmd/kyso", name: ".text", arg: 1}:            true, // makes its own map
	}}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && file != root || d.Name() == "testdata" || filepath.ToSlash(file) == "internal/i18n"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(w.files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		w.add(filepath.ToSlash(filepath.Dir(file)), f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for before := 0; before != len(w.sinks); { // helpers of helpers, until no new one is found
		before, w.values = len(w.sinks), nil
		for _, p := range w.packages {
			w.calls(p)
		}
	}
	return w
}

func (w *walk) add(dir string, f *ast.File) {
	p := w.packages[dir]
	if p == nil {
		p = &pkg{dir: dir, funcs: make(map[string][]*ast.FuncDecl), consts: make(map[string]ast.Expr), imports: make(map[string]string)}
		w.packages[dir] = p
	}
	for _, i := range f.Imports {
		if folder, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), module); ok {
			p.imports[path.Base(folder)] = folder
		}
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			p.funcs[d.Name.Name] = append(p.funcs[d.Name.Name], d)
			p.all = append(p.all, d)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok {
					continue
				}
				for i, e := range v.Values {
					p.consts[v.Names[i].Name] = e
					p.vars = append(p.vars, e)
				}
			}
		}
	}
}

func (w *walk) calls(p *pkg) {
	for _, fn := range p.all {
		if fn.Body != nil {
			w.inspect(p, fn, fn.Body)
		}
	}
	for _, e := range p.vars {
		w.inspect(p, nil, e)
	}
}

func (w *walk) inspect(p *pkg, fn *ast.FuncDecl, n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			w.call(p, fn, n)
		case *ast.CompositeLit:
			if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Params" {
				for _, e := range n.Elts {
					if kv, ok := e.(*ast.KeyValueExpr); ok {
						w.pairs(p, fn, []ast.Expr{kv.Key, kv.Value})
					}
				}
			}
		}
		return true
	})
}

// call gives the arguments of a call to the sinks that they stand in.
func (w *walk) call(p *pkg, fn *ast.FuncDecl, call *ast.CallExpr) {
	dir, name := p.dir, ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if x, ok := f.X.(*ast.Ident); ok && p.imports[x.Name] != "" {
			dir = p.imports[x.Name]
		}
	}
	method := false
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		x, named := sel.X.(*ast.Ident)
		method = !named || p.imports[x.Name] == ""
	}
	if method {
		name = "." + name
	}
	if name == "add" && len(call.Args) == 2 { // a closure that adds a pair
		w.pairs(p, fn, call.Args)
	}
	for s := range maps.Clone(w.sinks) {
		if s.dir != dir || s.name != name || s.arg >= len(call.Args) {
			continue
		}
		if s.param != "" {
			w.flow(p, fn, s.param, call.Args[s.arg])
			continue
		}
		if !call.Ellipsis.IsValid() {
			w.pairs(p, fn, call.Args[s.arg:])
			continue
		}
		w.slice(p, fn, call.Args[len(call.Args)-1])
	}
}

// slice follows pairs that are handed on as a slice.
func (w *walk) slice(p *pkg, fn *ast.FuncDecl, e ast.Expr) {
	switch e := e.(type) {
	case *ast.Ident:
		if i, ok := paramIndex(fn, e.Name); ok {
			w.sinks[sink{dir: p.dir, name: sinkName(fn), arg: i}] = true
			return
		}
		for _, v := range assigned(fn, e.Name) {
			w.slice(p, fn, v)
		}
	case *ast.CallExpr: // append
		if f, ok := e.Fun.(*ast.Ident); ok && f.Name == "append" {
			w.pairs(p, fn, e.Args[1:])
			if x, ok := e.Args[0].(*ast.Ident); !ok || x.Name != "pairs" || len(e.Args) > 3 || !selfAppend(fn, e) {
				w.slice(p, fn, e.Args[0])
			}
		}
	case *ast.CompositeLit:
		w.pairs(p, fn, e.Elts)
	}
}

// selfAppend reports whether call is the right side of x = append(x, …), which leads nowhere else.
func selfAppend(fn *ast.FuncDecl, call *ast.CallExpr) bool {
	x, ok := call.Args[0].(*ast.Ident)
	return ok && slices.Contains(assigned(fn, x.Name), ast.Expr(call))
}

func (w *walk) pairs(p *pkg, fn *ast.FuncDecl, args []ast.Expr) {
	for i := 0; i+1 < len(args); i += 2 {
		lit, ok := args[i].(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			continue
		}
		name, err := strconv.Unquote(lit.Value)
		if err == nil {
			w.flow(p, fn, name, args[i+1])
		}
	}
}

// flow notes what e can be, and the parameters of fn that it comes from.
func (w *walk) flow(p *pkg, fn *ast.FuncDecl, param string, e ast.Expr) {
	for _, text := range w.texts(p, fn, param, e, 0) {
		w.values = append(w.values, value{param: param, text: number(text), where: w.files.Position(e.Pos()).String()})
	}
}

// gap stands for a part of a text that is not known.
const gap = "\x00"

// number gives the gaps of a text their numbers. A text that is one gap says nothing.
func number(text string) string {
	for i := 1; strings.Contains(text, gap); i++ {
		text = strings.Replace(text, gap, "{"+strconv.Itoa(i)+"}", 1)
	}
	return text
}

var verb = regexp.MustCompile(`%[-+# 0]*[0-9.]*[a-zA-Z]`)

// texts are the values that e can have.
func (w *walk) texts(p *pkg, fn *ast.FuncDecl, param string, e ast.Expr, depth int) []string {
	if depth > 4 {
		return []string{gap}
	}
	again := func(e ast.Expr) []string { return w.texts(p, fn, param, e, depth+1) }
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{s}
		}
	case *ast.ParenExpr:
		return again(e.X)
	case *ast.BinaryExpr:
		return []string{summand(p, e.X) + summand(p, e.Y)}
	case *ast.Ident:
		if i, ok := paramIndex(fn, e.Name); ok && param == "" {
			return []string{gap}
		} else if ok {
			w.sinks[sink{dir: p.dir, name: sinkName(fn), arg: i, param: param}] = true
			return []string{gap}
		}
		var all []string
		for _, v := range assigned(fn, e.Name) {
			all = append(all, again(v)...)
		}
		if c, ok := p.consts[e.Name]; ok && len(all) == 0 {
			return again(c)
		}
		if len(all) > 0 {
			return all
		}
	case *ast.CallExpr:
		name := ""
		switch f := e.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
			if x, ok := f.X.(*ast.Ident); ok && x.Name == "fmt" && name == "Sprintf" {
				var all []string
				for _, format := range again(e.Args[0]) {
					all = append(all, verb.ReplaceAllString(format, gap))
				}
				return all
			}
			if x, ok := f.X.(*ast.Ident); ok && x.Name == "cmp" && name == "Or" {
				var all []string
				for _, a := range e.Args {
					all = append(all, again(a)...)
				}
				return all
			}
		}
		if name == "String" { // a name by convention
			break
		}
		var all []string
		for _, callee := range p.funcs[name] {
			for _, r := range returned(callee) {
				all = append(all, w.texts(p, callee, "", r, depth+1)...)
			}
		}
		if len(all) > 0 {
			return all
		}
	}
	return []string{gap}
}

// summand is a part of a sum: what is written there, or a gap.
func summand(p *pkg, e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	case *ast.ParenExpr:
		return summand(p, e.X)
	case *ast.BinaryExpr:
		return summand(p, e.X) + summand(p, e.Y)
	case *ast.Ident:
		if c, ok := p.consts[e.Name].(*ast.BasicLit); ok {
			return summand(p, c)
		}
	}
	return gap
}

// returned are the strings that a function of one or several results may return.
func returned(fn *ast.FuncDecl) []ast.Expr {
	var out []ast.Expr
	if fn.Body == nil {
		return nil
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok {
			out = append(out, r.Results...)
		}
		_, inner := n.(*ast.FuncLit)
		return !inner
	})
	return out
}

// assigned are the expressions that fn assigns to the local variable name.
func assigned(fn *ast.FuncDecl, name string) []ast.Expr {
	if fn == nil || fn.Body == nil {
		return nil
	}
	var out []ast.Expr
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, l := range n.Lhs {
				if id, ok := l.(*ast.Ident); ok && id.Name == name {
					if len(n.Rhs) == len(n.Lhs) {
						out = append(out, n.Rhs[i])
					} else {
						out = append(out, n.Rhs...) // several results of one call
					}
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name && i < len(n.Values) {
					out = append(out, n.Values[i])
				}
			}
		}
		return true
	})
	return out
}

func sinkName(fn *ast.FuncDecl) string {
	if fn.Recv != nil {
		return "." + fn.Name.Name
	}
	return fn.Name.Name
}

// paramIndex is the place of a parameter among those of fn.
func paramIndex(fn *ast.FuncDecl, name string) (int, bool) {
	if fn == nil {
		return 0, false
	}
	i := 0
	for _, f := range fn.Type.Params.List {
		for _, n := range f.Names {
			if n.Name == name {
				return i, true
			}
			i++
		}
	}
	return 0, false
}
