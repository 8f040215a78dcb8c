//go:build !race

package cms_test

const raceMemory = 0
