// Package rest is how providers speak JSON over HTTP: one request, sent once, of which it is known afterwards whether it may have arrived.
package rest
