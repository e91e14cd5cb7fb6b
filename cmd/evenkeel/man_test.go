package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// pagesOf are the names of the pages of all commands that can be used, but for help.
func pagesOf(t *testing.T, between, ending string) []string {
	t.Helper()
	var names []string
	visit((&program{}).root(), func(cmd *cobra.Command) {
		if cmd.IsAvailableCommand() && cmd.Name() != "help" || !cmd.HasParent() {
			names = append(names, strings.ReplaceAll(cmd.CommandPath(), " ", between)+ending)
		}
	})
	slices.Sort(names)
	return names
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

func TestTheManualHasAPageForEachCommand(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "man1")
	if code, _, errs := evenkeel(t, nil, "man", dir); code != 0 {
		t.Fatal(errs)
	}
	if got, want := filesIn(t, dir), pagesOf(t, "-", ".1"); !slices.Equal(got, want) {
		t.Errorf("pages are %q, want %q", got, want)
	}
	page, err := os.ReadFile(filepath.Join(dir, "evenkeel-get-services.1"))
	if err != nil {
		t.Fatal(err)
	}
	// The sections that man-pages(7) names.
	for _, want := range []string{".TH \"EVENKEEL-GET-SERVICES\" \"1\"", ".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXAMPLE"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if code, _, _ := evenkeel(t, nil, "man"); code != 2 {
		t.Errorf("without a directory it ends with %d", code)
	}
}

// make verify sees that pages are as the commands are; of a command that is gone it sees nothing.
func TestTheReferenceHasNoPageOfACommandThatIsGone(t *testing.T) {
	t.Parallel()
	if got, want := filesIn(t, "../../docs/reference/cli"), pagesOf(t, "_", ".md"); !slices.Equal(got, want) {
		t.Errorf("pages are %q, want %q: run make generate, and remove those of commands that are gone", got, want)
	}
}
