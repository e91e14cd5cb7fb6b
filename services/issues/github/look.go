package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/scorecards/drift/codeowners"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// Catalogs are where a repository tells of itself for a Backstage catalog, in the order in which they are looked for.
var Catalogs = []string{"catalog-info.yaml", "catalog-info.yml"}

// Look is what a repository says on its default branch of what it is, and whose. The zero Look is of one that
// says nothing, or is empty.
type Look struct {
	ETag string // of the root, of the token with which it was asked
	Root string // by which GitHub has the root; changes with whatever is in it
	// Owned is the file of code owners, and Catalog what it tells a catalog; zero where there is none.
	Owned   File
	Catalog File
}

// Owners returns the code owners of the repository as a whole, as they are written: "@login",
// "@organisation/team" or an e-mail address.
func (l Look) Owners() []string { return codeowners.OfAll(l.Owned.Text) }

// Look reads what the repository says of itself, where it is not as it is known. One that did not change costs a
// request, which does not count with the same token; another costs one for each of the files that there
// may be, at most five in all, without those at the root that did not change. An App's token is another each hour.
//
// Errors are those of a delivery.Tracker, of which nothing is Lost: a repository that is called otherwise now has Moved, and
// one that is gone, or is not shown, is Gone. A file that is larger than MaxFile is refused.
func (t *Tracker) Look(ctx context.Context, place delivery.Place, known Look) (Look, error) {
	at, err := t.at(ctx, place)
	if err != nil {
		return Look{}, err
	}
	look, err := at.look(ctx, known)
	if e := delivery.AsError(err); e != nil && e.Trouble == delivery.Lost {
		e.Trouble = delivery.Unavailable // nothing is lost by a question
	}
	return look, err
}

func (t to) look(ctx context.Context, known Look) (Look, error) {
	root, look, err := t.root(ctx, known)
	if err != nil || root == nil {
		return look, err
	}
	if look.Owned, err = t.firstIn(ctx, root, codeowners.Files, known.Owned); err != nil {
		return Look{}, err
	}
	if look.Catalog, err = t.firstIn(ctx, root, Catalogs, known.Catalog); err != nil {
		return Look{}, err
	}
	return look, nil
}

// tree is a directory by its entries.
type tree struct {
	SHA       string
	Truncated bool
	Tree      []entry
}

type entry struct{ Path, Mode, Type, SHA string }

// root asks for the root of the default branch; there is none where it is as it is known, or nothing was ever pushed.
func (t to) root(ctx context.Context, known Look) (*tree, Look, error) {
	address := fmt.Sprintf("repos/%s/%s/git/trees/HEAD", url.PathEscape(t.place.Owner()), url.PathEscape(t.place.Name()))
	request, err := t.client.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, Look{}, fmt.Errorf("make a request for %s: %w", address, err)
	}
	if known.ETag != "" {
		request.Header.Set("If-None-Match", known.ETag)
	}
	var root tree
	response, err := t.client.Do(ctx, request, &root)
	switch {
	case err != nil && response != nil && response.StatusCode == http.StatusNotModified:
		return nil, known, nil
	case err != nil && response != nil && response.StatusCode == http.StatusConflict && strings.Contains(said(err), "is empty"):
		return nil, Look{}, nil
	case err != nil:
		return nil, Look{}, t.trouble(ctx, response, err)
	}
	look := Look{ETag: response.Header.Get("ETag"), Root: root.SHA}
	if known.Root != "" && known.Root == root.SHA {
		look.Owned, look.Catalog = known.Owned, known.Catalog
		return nil, look, nil
	}
	return &root, look, nil
}

// firstIn reads the first of the paths that is a file, of those that there may be by the root.
func (t to) firstIn(ctx context.Context, root *tree, paths []string, known File) (File, error) {
	for _, path := range paths {
		e, there := root.leadsTo(path)
		if !there {
			continue
		}
		if path == known.Path && known.SHA != "" && e.SHA == known.SHA && strings.HasPrefix(e.Mode, "100") { // a plain file
			return known, nil
		}
		file, there, err := t.file(ctx, path, known)
		if err != nil || there {
			return file, err
		}
	}
	return File{}, nil
}

// leadsTo returns the entry that the path is, or that it is in. What the root does not tell may be there.
func (r *tree) leadsTo(path string) (entry, bool) {
	name, _, deep := strings.Cut(path, "/")
	at := slices.IndexFunc(r.Tree, func(e entry) bool { return e.Path == name })
	if at < 0 {
		return entry{}, r.Truncated
	}
	return r.Tree[at], (r.Tree[at].Type == "tree") == deep
}
