package main

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestJobs runs every large job over a small document: a benchmark that nobody runs rots.
func TestJobs(t *testing.T) {
	o := &options{size: 256 << 10, xmlSize: 256 << 10, peerXMLSize: 64 << 10, rounds: 1, dir: t.TempDir()}
	if err := o.prepareInputs(); err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		t.Run(j.name, func(t *testing.T) {
			o := *o
			o.job = j.name
			var out bytes.Buffer
			if err := o.runJob(&out); err != nil {
				t.Fatal(err)
			}
			var r result
			if err := json.Unmarshal(out.Bytes(), &r); err != nil {
				t.Fatal(err)
			}
			if r.Seconds <= 0 || r.Baseline <= 0 {
				t.Errorf("nothing was measured: %+v", r)
			}
		})
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"1": 1, "2KiB": 2 << 10, "3MiB": 3 << 20, "1GiB": 1 << 30} {
		if got, err := parseSize(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "-1", "1KB", "x"} {
		if n, err := parseSize(text); err == nil {
			t.Errorf("%q is %d", text, n)
		}
	}
}
