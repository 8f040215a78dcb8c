// Package httpx is the one way in which kyso speaks HTTP: bounded, guarded and discreet.
//
// Bounded: every exchange has a time limit, an answer is read whole into memory up to a number of octets that the caller names,
// and redirects are counted. Connections are not kept open, so that nothing runs on after a call returns.
//
// Guarded: only http and https are spoken. Unless [Options].AllowPrivate is set, no connection is made to an address that is not
// on the public internet. The check is made on the address that is about to be dialled, after the name was resolved, so that a
// name which points inwards, now or at the second look, is refused like the address itself; it is made again for every redirect.
//
// Discreet: errors name addresses without user information, query and fragment, and never show a header. [Secret] is a string
// that does not print.
//
// # Proxies
//
// A proxy hides from the guard which address is reached in the end. With AllowPrivate, where the address was chosen by the user
// and the guard is off, the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) is used as other programs use it.
// Without AllowPrivate the environment's proxy is not used: addresses that come out of documents are dialled directly or not
// at all. A caller for whom neither is right makes an [http.Client] of its own and gives it to [Do].
package httpx
