package yamldoc

import "bytes"

// The bounds of what a text is made of, of which reading takes far longer than of as many other
// characters, or far more memory: collections within each other, and documents.
const (
	maxSize      = 8 << 20 // bytes
	maxDepth     = 50
	maxDocuments = 10_000
)

// CheckShape refuses texts that take long to be read. What lies in quotes or comments counts too:
// nothing that people keep as documents comes near the bounds. The error is an *Error.
func CheckShape(text []byte) error {
	if len(text) > maxSize {
		return wrong(1, 1, "a text of documents has at most %d bytes; this has %d", maxSize, len(text))
	}
	depth, dashes, line := 0, 0, 1
	for i, c := range text {
		switch c {
		case '[', '{':
			if depth++; depth > maxDepth {
				return wrong(line, 1, "has brackets within brackets, more than %d deep", maxDepth)
			}
		case ']', '}':
			depth = max(0, depth-1)
		case '-', '?':
			if i+1 < len(text) && (text[i+1] == ' ' || text[i+1] == '\t') {
				if dashes++; dashes > maxDepth {
					return wrong(line, 1, "has lists within lists in one line, more than %d deep", maxDepth)
				}
			}
		case '\n':
			line++
			dashes = 0
		case '\r':
			dashes = 0
		}
	}
	if n := bytes.Count(text, []byte("---")); n > maxDocuments {
		return wrong(1, 1, "has --- more than %d times, which begins a document", maxDocuments)
	}
	return nil
}

// File is a text of documents, and where it was read.
type File struct {
	Name string
	Text []byte
}
