// Package signertest is a conformance suite for anyone's [signer.Signer]: a software key, a token, a cloud, a test double. A test of
// the implementation calls [Test] with a function that makes a signer and says in [Capabilities] what that signer claims to do.
// What is claimed is tested, and a claim that does not hold fails; what is not claimed is not tested.
//
// The suite signs digests of its own and checks every value under the signer's certificate. A run makes about ten signatures for each
// algorithm claimed, and 32 more where Concurrent is claimed; count that in where each costs money or a PIN.
package signertest
