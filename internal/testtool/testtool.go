// Package testtool finds what tests need from outside: tools on the machine, corpora that nobody here wrote, and the outside
// judges. What is missing skips the test and says so; where KYSO_REQUIRE_TOOLS=1 it fails it, so that CI cannot pass by skipping.
package testtool

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Need returns the path of a program on this machine.
func Need(t testing.TB, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil {
		missing(t, "the program "+tool+" is not installed")
	}
	return path
}

// Corpora returns the path of a folder or file under KYSO_CORPORA.
func Corpora(t testing.TB, elem ...string) string {
	t.Helper()
	return under(t, "KYSO_CORPORA", elem...)
}

// CSCPeer returns the path of a program of other people's CSC software, which .ci/csc-peers installs under KYSO_CSC_PEERS.
func CSCPeer(t testing.TB, program string) string {
	t.Helper()
	return under(t, "KYSO_CSC_PEERS", "bin", program)
}

// MSSPeer is CSCPeer for software of mobile signature services, which .ci/mss-peers installs under KYSO_MSS_PEERS.
func MSSPeer(t testing.TB, program string) string {
	t.Helper()
	return under(t, "KYSO_MSS_PEERS", "bin", program)
}

// Run runs a program and returns its standard output and error. An exit status other than 0 fails the test.
func Run(t testing.TB, name string, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, err := Try(t, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s%s", filepath.Base(name), strings.Join(args, " "), err, stdout, stderr)
	}
	return stdout, stderr
}

// Try runs a program and returns its standard output, its standard error and how it ended.
func Try(t testing.TB, name string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// Hanko runs the judge pyHanko (KYSO_JUDGES/pyhanko/hanko) and returns one parsed answer for each line that it printed. It takes the
// time at its start and on a busy machine finds that revocation data fetched later is "too recent": then it is asked again.
func Hanko(t testing.TB, args ...string) []map[string]any {
	t.Helper()
	path := under(t, "KYSO_JUDGES", "pyhanko", "hanko")
	for range 4 {
		out, errs, err := Try(t, path, args...)
		if err == nil {
			return parseAnswers(t, "hanko", out)
		}
		if !strings.Contains(errs, "too recent") {
			break
		}
	}
	out, _ := Run(t, path, args...)
	return parseAnswers(t, "hanko", out)
}

// parseAnswers reads one JSON object a line.
func parseAnswers(t testing.TB, judge, out string) []map[string]any {
	t.Helper()
	var answers []map[string]any
	for line := range strings.Lines(out) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		var answer map[string]any
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatalf("%s answered %q: %v", judge, line, err)
		}
		answers = append(answers, answer)
	}
	return answers
}

// Field digs into a judge's answer: strings are keys, ints are indices; nil when there is nothing there.
func Field(answer any, path ...any) any {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := answer.(map[string]any)
			answer = m[s]
		case int:
			l, _ := answer.([]any)
			if s >= len(l) {
				return nil
			}
			answer = l[s]
		}
	}
	return answer
}

func under(t testing.TB, env string, elem ...string) string {
	t.Helper()
	root := os.Getenv(env)
	if root == "" {
		missing(t, env+" is not set")
	}
	path := filepath.Join(append([]string{root}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		missing(t, env+" lacks "+filepath.Join(elem...))
	}
	return path
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("KYSO_REQUIRE_TOOLS") == "1" {
		t.Fatalf("required (KYSO_REQUIRE_TOOLS=1): %s", why)
	}
	t.Skip(why)
}
