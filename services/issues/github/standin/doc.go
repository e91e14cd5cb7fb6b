// Package standin stands in for GitHub in tests: a server on the loopback
// interface that keeps owners, repositories, issues, labels, comments, apps and
// tokens, and answers as GitHub's REST API does. Every request and every reply is
// checked against GitHub's own OpenAPI description, and every webhook against its
// own; what is not valid fails the test. Time is the test's. Faults happen by a
// plan or by a seed. Only tests import it; what talks to GitHub is not here.
//
// What it answers follows docs.github.com, the description, and replies that
// people reported; where none of them says what happens, the stand-in fails the
// test instead of guessing.
package standin
