package cms_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
)

// TestLargeFile signs and verifies a large file in a process of its own and looks at the memory that it took. KYSO_LARGE is the
// size in MB; the figures of the benchmark table come from 1024.
func TestLargeFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("resident memory is read from /proc")
	}
	size := 64
	if s := os.Getenv("KYSO_LARGE"); s != "" {
		var err error
		size, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	if os.Getenv("KYSO_LARGE_CHILD") == "1" {
		large(t, size)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLargeFile$", "-test.v")
	cmd.Env = append(os.Environ(), "KYSO_LARGE_CHILD=1", "KYSO_LARGE="+strconv.Itoa(size))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "figure:") {
			t.Log(strings.TrimSpace(line[strings.Index(line, "figure:"):]))
		}
	}
	peak := regexp.MustCompile(`peak (\d+) MB`).FindStringSubmatch(string(out))
	require.NotNil(t, peak, string(out))
	mb, _ := strconv.Atoi(peak[1])
	require.LessOrEqual(t, mb, 40+raceMemory, "resident memory")
}

func large(t *testing.T, size int) {
	pki, _ := testpki.Start(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "large")
	f, err := os.Create(path)
	require.NoError(t, err)
	chunk := make([]byte, 1<<20)
	for i := range size {
		for j := range chunk {
			chunk[j] = byte(i * j >> 3)
		}
		_, err = f.Write(chunk)
		require.NoError(t, err)
	}
	require.NoError(t, f.Close())

	var raw bytes.Buffer
	var hashing, signing, reading []time.Duration
	for range 5 {
		hashing = append(hashing, timed(t, path, func(f *os.File) error {
			_, err := io.Copy(sha256.New(), f)
			return err
		}))
		raw.Reset()
		signing = append(signing, timed(t, path, func(f *os.File) error {
			return cms.Sign(context.Background(), &raw, f, pki.Signer("signer"), nil)
		}))
		reading = append(reading, timed(t, path, func(f *os.File) error {
			doc, err := cms.Read(context.Background(), bytes.NewReader(raw.Bytes()), &cms.ReadOptions{Content: f})
			if err == nil {
				requireIntact(t, doc.Signatures[0])
			}
			return err
		}))
	}
	h, s, r := median(hashing), median(signing), median(reading)
	fmt.Printf("figure: %d MB detached: hashing %v, sign %v (%.2f), read %v (%.2f)\n", size, h, s, float64(s)/float64(h), r, float64(r)/float64(h))

	// Attached, through files, as DER and as BER.
	for _, onTheFly := range []bool{false, true} {
		out, err := os.Create(filepath.Join(dir, "attached"))
		require.NoError(t, err)
		took := timed(t, path, func(f *os.File) error {
			var content io.Reader = f
			if onTheFly {
				content = io.MultiReader(f)
			}
			return cms.Sign(context.Background(), out, content, pki.Signer("signer"), &cms.Options{Attached: true})
		})
		require.NoError(t, out.Close())
		back := timed(t, out.Name(), func(f *os.File) error {
			doc, err := cms.Read(context.Background(), f, nil)
			if err == nil {
				requireIntact(t, doc.Signatures[0])
				require.EqualValues(t, size<<20, doc.Size)
			}
			return err
		})
		fmt.Printf("figure: %d MB attached, on the fly %v: sign %v, read %v (%.2f)\n", size, onTheFly, took, back, float64(back)/float64(h))
	}
	// At B-LTA, and raised from B-B: the content passes by once more.
	signed, raised := filepath.Join(dir, "attached"), filepath.Join(dir, "raised")
	took := timed(t, path, func(f *os.File) error {
		out, err := os.Create(raised)
		require.NoError(t, err)
		o := archive(pki)
		o.Attached = true
		return errors.Join(cms.Sign(context.Background(), out, f, pki.Signer("signer"), o), out.Close())
	})
	requireArchived(t, raised, size)
	again := timed(t, signed, func(f *os.File) error {
		out, err := os.Create(raised)
		require.NoError(t, err)
		return errors.Join(cms.Extend(context.Background(), out, f, extendOptions(pki, cms.LevelBLTA, "")), out.Close())
	})
	requireArchived(t, raised, size)
	fmt.Printf("figure: %d MB attached at B-LTA: sign %v, extend %v\n", size, took, again)
	detached := timed(t, path, func(f *os.File) error {
		o := extendOptions(pki, cms.LevelBLTA, "")
		o.Content = f
		return cms.Extend(context.Background(), io.Discard, bytes.NewReader(raw.Bytes()), o)
	})
	fmt.Printf("figure: %d MB detached to B-LTA: %v\n", size, detached)
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	kb := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	n, _ := strconv.Atoi(string(kb[1]))
	fmt.Printf("figure: peak %d MB\n", n>>10)
}

func requireArchived(t *testing.T, path string, size int) {
	timed(t, path, func(f *os.File) error {
		doc, err := cms.Read(context.Background(), f, nil)
		if err == nil {
			requireIntact(t, doc.Signatures[0])
			requireCovered(t, doc.Signatures[0])
			require.EqualValues(t, size<<20, doc.Size)
		}
		return err
	})
}

func timed(t *testing.T, path string, do func(*os.File) error) time.Duration {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	start := time.Now()
	require.NoError(t, do(f))
	return time.Since(start)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
