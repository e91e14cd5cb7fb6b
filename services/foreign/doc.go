// Package foreign is what documents of other tools say, in the words of this one: SLOs,
// and what of a document did not translate. Each tool has a room of its own below, which
// reads its documents and knows nothing else; nothing is looked up and nothing is kept.
package foreign
