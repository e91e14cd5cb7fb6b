package github_test

import (
	"testing"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

func TestTheFirstOfSomeFilesIsReadAndNotSentAgainWhileItIsTheSame(t *testing.T) {
	t.Parallel()
	h := build(t)
	paths := []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}
	first := func(known github.File) github.File {
		t.Helper()
		return must(h.tracker.FirstOf(t.Context(), "acme/shop", paths, known))(t)
	}
	if got := first(github.File{}); got != (github.File{}) {
		t.Errorf("of none there is %+v", got)
	}
	h.File("acme/shop", "docs/CODEOWNERS", "* @ole\n")
	h.File("acme/shop", "CODEOWNERS", "* @acme/shop\n")
	read := first(github.File{})
	if read.Path != "CODEOWNERS" || read.Text != "* @acme/shop\n" || read.ETag == "" {
		t.Errorf("read %+v", read)
	}
	// What is known by its ETag is kept as it is known: were it sent, its text would be that of the file.
	kept := read
	kept.Text = "as it was kept"
	if got := first(kept); got != kept {
		t.Errorf("of what is the same is sent %+v", got)
	}
	h.File("acme/shop", "CODEOWNERS", "* @ole\n")
	if got := first(kept); got.Text != "* @ole\n" || got.ETag == read.ETag {
		t.Errorf("of what changed is read %+v", got)
	}
	h.File("acme/shop", "CODEOWNERS", "")
	if got := first(kept); got.Path != "docs/CODEOWNERS" {
		t.Errorf("of what is gone is read %+v", got)
	}
	h.File("acme/shop", ".github/CODEOWNERS", string(make([]byte, github.MaxFile+1)))
	if _, err := h.tracker.FirstOf(t.Context(), "acme/shop", paths, kept); delivery.AsError(err) == nil || delivery.AsError(err).Trouble != delivery.Refused {
		t.Errorf("of a large file: %v", err)
	}
}
