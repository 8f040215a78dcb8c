//go:build race

package cms_test

// The race detector keeps shadow memory of its own.
const raceMemory = 60
