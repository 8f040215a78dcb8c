// Command bench measures kyso beside what else there is, in one run on one machine, and prints ratios: absolute times say more about
// the machine than about the code.
//
//	go run ./internal/bench                     # 1 GiB files, five rounds
//	go run ./internal/bench -size 64MiB -rounds 3
//
// Small documents are signed with a key that returns a value computed before, and unchecked, for kyso and pdfsign alike, so that
// what is measured is the library and not RSA. Large documents are measured in a process of their own, against
// crypto/sha256 and io.Copy over the same file in the same process, in turn, warm cache, nothing synced; peak memory is that of the
// whole process.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	var o options
	size := flag.String("size", "1GiB", "size of the large documents")
	peerSize := flag.String("peer-size", "256MiB", "size for libraries that hold the document in memory")
	xmlSize := flag.String("xml-size", "100MiB", "size of the large XML documents")
	peerXMLSize := flag.String("peer-xml-size", "20MiB", "size for XML libraries that hold the document in memory")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds; medians are printed")
	flag.StringVar(&o.dir, "dir", "", "folder for the documents (default: a temporary one)")
	flag.BoolVar(&o.small, "small", true, "measure small documents")
	flag.BoolVar(&o.large, "large", true, "measure large documents")
	flag.StringVar(&o.job, "job", "", "run one large job in this process and print its JSON (used by the program itself)")
	flag.Parse()
	err := o.sizes(*size, *peerSize, *xmlSize, *peerXMLSize)
	if err == nil {
		err = o.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	size, peerSize int64
	xmlSize        int64
	peerXMLSize    int64
	rounds         int
	dir, job       string
	small, large   bool
}

func (o *options) sizes(size, peerSize, xmlSize, peerXMLSize string) (err error) {
	for into, text := range map[*int64]string{&o.size: size, &o.peerSize: peerSize, &o.xmlSize: xmlSize, &o.peerXMLSize: peerXMLSize} {
		if *into, err = parseSize(text); err != nil {
			return err
		}
	}
	return nil
}

func parseSize(s string) (int64, error) {
	unit := int64(1)
	for suffix, u := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if n, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = n, u
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("size %q is not a number with KiB, MiB or GiB", s)
	}
	return n * unit, nil
}

func (o *options) run() error {
	if o.job != "" {
		return o.runJob(os.Stdout)
	}
	if o.small {
		if err := smallDocuments(os.Stdout); err != nil {
			return err
		}
	}
	if o.large {
		return o.largeDocuments()
	}
	return nil
}

// largeDocuments makes the inputs, then runs every job in a process of its own.
func (o *options) largeDocuments() error {
	if o.dir == "" {
		dir, err := os.MkdirTemp("", "kyso-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	if err := o.prepareInputs(); err != nil {
		return err
	}
	fmt.Printf("\nlarge documents: %s, median of %d rounds\n", human(o.size), o.rounds)
	fmt.Printf("%-34s %10s %12s %8s %12s\n", "", "time", "baseline", "ratio", "peak memory")
	for _, j := range jobs {
		r, err := o.child(j.name)
		if err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
		fmt.Println(r.line(j.title))
	}
	return o.peers()
}

func (o *options) child(job string) (result, error) {
	self, err := os.Executable()
	if err != nil {
		return result{}, err
	}
	cmd := exec.Command(self, "-job", job, "-dir", o.dir, "-rounds", strconv.Itoa(o.rounds), "-size", strconv.FormatInt(o.size, 10))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return result{}, err
	}
	var r result
	return r, json.Unmarshal(out, &r)
}

// result is what one job measured.
type result struct {
	Seconds  float64 `json:"seconds"`
	Baseline float64 `json:"baseline"`
	Peak     int64   `json:"peak"` // octets resident, at most; 0: this system does not tell
}

func (r result) line(title string) string {
	return fmt.Sprintf("%-34s %9.3fs %11.3fs %8.2f %12s", title, r.Seconds, r.Baseline, r.Seconds/r.Baseline, human(r.Peak))
}

func human(n int64) string {
	switch {
	case n <= 0:
		return "?"
	case n >= 10<<30:
		return fmt.Sprintf("%.0f GiB", float64(n)/(1<<30))
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	}
	return fmt.Sprintf("%.0f MiB", float64(n)/(1<<20))
}

func (o *options) path(name string) string { return filepath.Join(o.dir, name) }
