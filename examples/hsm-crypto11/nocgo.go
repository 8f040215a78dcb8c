//go:build !cgo

package main

import "fmt"

func main() { fmt.Println("HSMs are reached through a C library: build with CGO_ENABLED=1") }
