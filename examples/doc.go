// Package examples is the folder of runnable examples, one short main.go for each task: "go run ./examples/quickstart" first.
package examples
