package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// longWork is the size from which a document takes long enough for a bar to help.
const longWork = 64 << 20

// bar shows how far long work has come, on a terminal only. A nil bar shows nothing.
type bar struct{ b *progressbar.ProgressBar }

func (a *app) progress(size int64) *bar {
	f, ok := a.err.(*os.File)
	if !ok || size < longWork || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return &bar{progressbar.NewOptions64(size, progressbar.OptionSetWriter(f), progressbar.OptionShowBytes(true),
		progressbar.OptionClearOnFinish())}
}

func (b *bar) set(done, total int64) {
	if b == nil {
		return
	}
	b.b.ChangeMax64(total)
	_ = b.b.Set64(done) // a bar that cannot be drawn is no reason to stop
}

func (b *bar) done() {
	if b != nil {
		_ = b.b.Finish()
	}
}

// reader passes r on and counts; without a bar it is r itself, so that a file stays a file to those who can do more with one.
func (b *bar) reader(r io.ReadSeeker) io.ReadSeeker {
	if b == nil {
		return r
	}
	return &countingReader{ReadSeeker: r, bar: b}
}

type countingReader struct {
	io.ReadSeeker
	bar *bar
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	_ = c.bar.b.Add(n)
	return n, err
}
