// Package token signs with USB tokens, smart cards and HSMs through their PKCS#11 modules, and says what is wrong with a token before it
// locks.
//
// [Open] loads a module, [Module.Token] finds a token in it, [Token.Signer] makes a [signer.Signer] of one of its certificates, chosen by
// serial number, thumbprint, tax code or a function. Between several that fit nothing is guessed. [Discover] finds the modules that are
// installed, by a catalogue of the drivers of Vietnamese authorities, and [Diagnose] names everything that stands between a user and a
// signature, the most serious first.
//
// # PINs
//
// Tokens lock after a few wrong PINs, and unlocking takes days. So a PIN is asked for only when it is needed ([Prompt]), and what must
// not reach a token does not: letters with diacritics (a Vietnamese input method that was left on), wrong lengths, a PIN that this
// process sent to the token before without success, and any PIN while the token says that one try is left, unless the caller insists.
// A PIN that this process saw succeed is sent again only where the token wants it for each signature, and after the token was plugged
// in again, as long as no wrong one was counted since. PINs are in no error, log or printed value.
//
// # Modules
//
// A module is a C library that runs inside this process and keeps its state there: it is loaded and started once, whoever opens it how
// often, and ended by [Finalize]. A module cannot be interrupted: a call that is given up when its context ends leaves the module at
// work, and what it returns later is dropped. A module that is not known is best tried with [Probe] first, in a process of its own.
//
// Without cgo the package builds, and Open returns [ErrNoCgo].
package token
