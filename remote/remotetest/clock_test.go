package remotetest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/remote"
	"github.com/kyso-dev/kyso/remote/remotetest"
)

var (
	_  remote.Clock = (*remotetest.Clock)(nil)
	at              = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
)

func TestClock(t *testing.T) {
	c := remotetest.NewClock(at)
	woken := make(chan error, 2)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { woken <- c.Sleep(t.Context(), time.Minute) }()
	go func() { woken <- c.Sleep(ctx, time.Hour) }()
	require.Eventually(t, func() bool { return c.Sleepers() == 2 }, 5*time.Second, time.Millisecond)
	c.Advance(59 * time.Second)
	require.Empty(t, woken)
	c.Advance(time.Second)
	require.NoError(t, <-woken)
	cancel()
	require.ErrorIs(t, <-woken, context.Canceled)
	require.Zero(t, c.Sleepers())
	require.Equal(t, 2, c.Slept())
	require.ErrorIs(t, c.Sleep(ctx, time.Second), context.Canceled)
}

func ExampleNewFastClock() {
	clock := remotetest.NewFastClock(at)
	_ = clock.Sleep(context.Background(), 5*time.Minute)
	fmt.Println(clock.Now().Sub(at))
	// Output: 5m0s
}
