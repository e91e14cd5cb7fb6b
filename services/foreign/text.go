package foreign

// Text is a text with documents, and where it was read from.
type Text struct {
	In    string
	Bytes []byte
}

// Placed is a note on one of several texts.
type Placed struct {
	In string
	Note
	// Of is the thing that it is about, as it is called here; empty where it is about none that is made.
	Of string
}

// Refusal is a text that could not be read, or a document of it; Err is a *yamldoc.Error where what is
// wrong has a place.
type Refusal struct {
	In  string
	Err error
}
