// Package mss holds the messages of ETSI TS 102 204 as both ends need them, and their two written forms: SOAP with the body in
// RPC/literal style, and the JSON that Swisscom has for the same messages. Nothing in it knows about signing.
package mss
