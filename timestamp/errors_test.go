package timestamp_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/i18n"
	"github.com/kyso-dev/kyso/timestamp"
)

// codes reads the Code constants out of the source, by the family that their block names.
func codes(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, parser.ParseComments)
	require.NoError(t, err)
	all := map[string]string{}
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.CONST {
			continue
		}
		_, family, _ := strings.Cut(decl.Doc.Text(), "belong to [")
		family, _, _ = strings.Cut(family, "]")
		for _, s := range decl.Specs {
			value, err := strconv.Unquote(s.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			all[value] = family
		}
	}
	require.Greater(t, len(all), 50)
	return all
}

// Every code has a text in both languages, and every text a code.
func TestCodesHaveTexts(t *testing.T) {
	known := codes(t)
	for code := range known {
		require.True(t, i18n.Has(code), code)
		for _, lang := range []i18n.Lang{i18n.English, i18n.Vietnamese} {
			text := i18n.Text(code, lang, nil)
			assert.NotEmpty(t, text, code)
			assert.False(t, strings.HasSuffix(text, "."), "%s ends with a period", code)
		}
		assert.NotEqual(t, i18n.Text(code, i18n.English, nil), i18n.Text(code, i18n.Vietnamese, nil), code)
	}
	families := []string{"timestamp.unavailable", "timestamp.refused", "timestamp.malformed", "timestamp.not-proved"}
	for _, code := range i18n.Codes() {
		if strings.HasPrefix(code, "timestamp.") {
			_, ok := known[code]
			assert.True(t, ok || assert.ObjectsAreEqual(true, contains(families, code)), "nobody says %s", code)
		}
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// Every code belongs to the family that its documentation names, and to no other.
func TestCodesHaveFamilies(t *testing.T) {
	families := map[string]error{"ErrUnavailable": timestamp.ErrUnavailable, "ErrRejected": timestamp.ErrRejected,
		"ErrMalformed": timestamp.ErrMalformed, "ErrNotProved": timestamp.ErrNotProved}
	for code, family := range codes(t) {
		err := timestamp.NewTestError(timestamp.Code(code))
		for name, target := range families {
			assert.Equal(t, name == family, errors.Is(err, target), "%s is %s", code, name)
		}
		assert.True(t, errors.Is(err, timestamp.NewTestError(timestamp.Code(code))))
	}
	for name, a := range families {
		for other, b := range families {
			assert.Equal(t, name == other, errors.Is(a, b))
		}
	}
}
