//go:build !linux && !darwin

package main

import "os"

func peakMemory() int64                  { return 0 }
func childMemory(*os.ProcessState) int64 { return 0 }
