package token

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/signer"
)

// ProbeTimeout is how long a probe may take where nobody says otherwise. Some modules need seconds to start.
const ProbeTimeout = 20 * time.Second

// Probed is what a module says when it is tried.
type Probed struct {
	Info    ModuleInfo
	Readers int
	Tokens  []Info
}

// probeVariable makes a process that calls ServeProbe probe the module that it names.
const probeVariable = "KYSO_TOKEN_PROBE"

// answer is what the child writes.
type answer struct {
	Probed Probed
	Code   string            `json:",omitempty"` // of the error
	Params map[string]string `json:",omitempty"`
}

// Probe loads a module in a process of its own and lists its tokens, so that one that crashes or hangs does so there: [CodeModuleCrash],
// [CodeModuleHang] after timeout (0: [ProbeTimeout]). It sends no PIN. command starts a program that calls [ServeProbe] first; nil
// means this program.
func Probe(ctx context.Context, module string, command []string, timeout time.Duration) (*Probed, error) {
	if err := Inspect(module); err != nil {
		return nil, err
	}
	if len(command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, fail(CodeModuleCrash, err, "path", module, "error", err.Error())
		}
		command = []string{self}
	}
	if timeout <= 0 {
		timeout = ProbeTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), probeVariable+"="+module)
	cmd.WaitDelay = time.Second // a module may leave children that keep the pipe open
	out := &bounded{max: limits.TokenProbe}
	cmd.Stdout = out
	err := cmd.Run()
	if cancelled := signer.Cancelled(ctx); cancelled != nil {
		return nil, cancelled
	}
	if limited.Err() != nil {
		return nil, fail(CodeModuleHang, limited.Err(), "path", module, "limit", timeout.String())
	}
	var a answer
	if err == nil {
		err = json.Unmarshal(out.Bytes(), &a)
	}
	if err != nil {
		return nil, fail(CodeModuleCrash, err, "path", module, "error", err.Error())
	}
	if a.Code != "" {
		var pairs []string
		for k, v := range a.Params {
			pairs = append(pairs, k, v)
		}
		return nil, fail(finding.Code(a.Code), nil, pairs...)
	}
	return &a.Probed, nil
}

// bounded keeps the beginning of what is written to it.
type bounded struct {
	bytes.Buffer
	max int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.max {
		return 0, errors.New("too much output")
	}
	return b.Buffer.Write(p)
}

// ServeProbe makes a program one that [Probe] can start: called first in main, it returns at once in an ordinary run, and in one that
// Probe started it does the work and ends the process.
func ServeProbe() {
	module := os.Getenv(probeVariable)
	if module == "" {
		return
	}
	out := os.Stdout
	if null, err := os.Open(os.DevNull); err == nil {
		os.Stdout = null // what the program or the module prints is not the answer
	}
	data, err := json.Marshal(probeHere(module))
	if err == nil {
		_, err = out.Write(data)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func probeHere(module string) (a answer) {
	ctx := context.Background()
	note := func(err error) answer {
		var coded interface {
			Code() string
			Params() map[string]string
		}
		if errors.As(err, &coded) {
			return answer{Code: coded.Code(), Params: coded.Params()}
		}
		return answer{Code: string(CodeModuleLoad), Params: map[string]string{"path": module, "error": err.Error()}}
	}
	m, err := Open(ctx, module, nil)
	if err != nil {
		return note(err)
	}
	if a.Probed.Info, err = m.Info(ctx); err != nil {
		return note(err)
	}
	if a.Probed.Readers, err = m.Readers(ctx); err != nil {
		return note(err)
	}
	tokens, err := m.Tokens(ctx)
	if err != nil {
		return note(err)
	}
	for _, t := range tokens {
		a.Probed.Tokens = append(a.Probed.Tokens, t.Info())
	}
	return a
}
