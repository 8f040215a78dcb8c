package token

import (
	_ "embed"
	"encoding/json"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/kyso-dev/kyso/internal/finding"
)

//go:embed catalogue.json
var catalogueJSON []byte

// CodeCatalogue is the code of the error of [ParseCatalogue].
const CodeCatalogue finding.Code = "token.catalogue"

// Catalogue says under which names the drivers of tokens lie on a machine, and where. It is data: add to Modules and Folders what it
// lacks, or read another one with [ParseCatalogue].
type Catalogue struct {
	Schema  int                 `json:"schema"`  // 1
	Date    string              `json:"date"`    // when it was last looked after
	Folders map[string][]string `json:"folders"` // by GOOS; %NAME% stands for an environment variable, * for one folder
	Modules []Driver            `json:"modules"`
}

// Driver is one line of a catalogue. The authority whose brand a token carries, its chip and the module's file are three things: an
// authority changes chips over the years, and one module appears under many brands.
type Driver struct {
	Brand     string   `json:"brand,omitempty"` // the authority; empty: several
	Chip      string   `json:"chip,omitempty"`  // its maker; empty: not known
	Windows   []string `json:"windows,omitempty"`
	Darwin    []string `json:"darwin,omitempty"`
	Linux     []string `json:"linux,omitempty"`
	OneThread bool     `json:"one_thread,omitempty"` // open it with [Options.OneThread]
	Generic   bool     `json:"generic,omitempty"`    // it drives tokens of many makers, and comes last
}

func (d Driver) files(system string) []string {
	switch system {
	case "windows":
		return d.Windows
	case "darwin":
		return d.Darwin
	}
	return d.Linux
}

// DefaultCatalogue is a copy of the catalogue that is built in.
func DefaultCatalogue() *Catalogue {
	c, err := ParseCatalogue(catalogueJSON)
	if err != nil {
		panic(err) // a test reads it
	}
	return c
}

// ParseCatalogue reads a catalogue in JSON, of the form of the one that is built in.
func ParseCatalogue(data []byte) (*Catalogue, error) {
	var c Catalogue
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil || c.Schema != 1 {
		return nil, fail(CodeCatalogue, err)
	}
	for _, d := range c.Modules {
		for _, name := range slices.Concat(d.Windows, d.Darwin, d.Linux) {
			if name == "" || strings.ContainsAny(name, `/\`) {
				return nil, fail(CodeCatalogue, nil)
			}
		}
	}
	return &c, nil
}

var builtIn = sync.OnceValue(DefaultCatalogue)

// driver finds the line of a file by its name. Windows does not tell upper and lower case apart.
func (c *Catalogue) driver(name, system string) (Driver, bool) {
	for _, d := range c.Modules {
		for _, file := range d.files(system) {
			if file == name || system == "windows" && strings.EqualFold(file, name) {
				return d, true
			}
		}
	}
	return Driver{}, false
}

// Driver is what the catalogue knows of a module's file.
func (c *Catalogue) Driver(path string) (Driver, bool) {
	return c.driver(filepath.Base(path), runtime.GOOS)
}
