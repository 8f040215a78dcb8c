// Package xmltree reads XML 1.0 (fifth edition) with namespaces, strictly: what is not namespace-well-formed is an error that
// says where. There is no DTD and there are no entities but the five that XML itself has, so nothing is fetched and nothing expands.
//
// [Scanner] is the one tokenizer. It reads from a window, so that a document of any size takes the memory of a small one, and knows
// for every event which octets of the input it stands for. [Tree] keeps what a Scanner finds, for those who have to look
// forth and back; it never holds text, only where it is.
package xmltree
