package testtool

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// DSS runs a command of the judge EU DSS (KYSO_JUDGES/dss/dss) and returns one parsed answer for each line that it printed. All commands
// of a test binary run in one process, which ends with it.
func DSS(t testing.TB, args ...string) []map[string]any {
	t.Helper()
	path := under(t, "KYSO_JUDGES", "dss", "dss")
	judgeLock.Lock()
	defer judgeLock.Unlock()
	if running == nil {
		Need(t, "java")
		var err error
		if running, err = startDSS(path); err != nil {
			t.Fatalf("EU DSS does not start: %v", err)
		}
	}
	out, err := running.ask(args)
	if err != nil {
		t.Fatalf("dss %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return parseAnswers(t, "dss", out)
}

//go:embed Serve.java
var serveSource []byte

var (
	judgeLock sync.Mutex
	running   *dssProcess
)

type dssProcess struct {
	to   io.Writer
	from *bufio.Reader
}

// startDSS starts Java on the judge's own build. The process ends when its standard input does, that is with this one.
func startDSS(path string) (*dssProcess, error) {
	built, err := exec.Command(filepath.Join(filepath.Dir(path), "setup"), "--where").Output()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "kyso-dss-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(dir, "Serve.java")
	if err := os.WriteFile(source, serveSource, 0o600); err != nil {
		return nil, err
	}
	cmd := exec.Command("java", "-Xlog:disable", "-Xlog:all=error:stderr", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
		"-Dfile.encoding=UTF-8", "-Dorg.slf4j.simpleLogger.defaultLogLevel=off", "-cp", filepath.Join(strings.TrimSpace(string(built)), "lib", "*"), source)
	to, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	from, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &dssProcess{to, bufio.NewReader(from)}
	if line, err := p.from.ReadString('\n'); line != "ready\n" {
		return nil, errors.Join(fmt.Errorf("%q", line), err, cmd.Wait(), errors.New(complaints.String()))
	}
	return p, nil
}

// ask runs one command and returns what it printed; an exit status other than 0 is an error with its complaint.
func (p *dssProcess) ask(args []string) (string, error) {
	if _, err := io.WriteString(p.to, strings.Join(args, "\x1f")+"\n"); err != nil {
		return "", err
	}
	var out strings.Builder
	for {
		line, err := p.from.ReadString('\n')
		if err != nil {
			return out.String(), err
		}
		end, ok := strings.CutPrefix(line, "\x04")
		switch {
		case !ok:
			out.WriteString(line)
		case strings.HasPrefix(end, "0 "):
			return out.String(), nil
		default:
			return out.String(), errors.New("exit status " + strings.TrimSpace(end))
		}
	}
}
