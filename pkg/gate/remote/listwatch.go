package remote

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// listWatch is what a reflector lists and watches with. It tells of each failure, which a reflector keeps to itself, and of each watch that
// began: only that is the end of a failure, or one of watches alone would come and go with each list.
type listWatch struct {
	server   string
	resource dynamic.ResourceInterface
	only     string // the name of the only object wanted; empty: all
	reduce   func(*unstructured.Unstructured) runtime.Object
	heard    func()
	failed   func(error)
}

// IsWatchListSemanticsUnSupported makes the reflector list first: a list has a deadline, a watch has none.
func (l *listWatch) IsWatchListSemanticsUnSupported() bool { return true }

// ListWithContext lists page by page, each with a deadline, and keeps of each object what it is reduced to. It reads with quorum: an
// API server that is asked for what it has at hand sends all of it at once.
func (l *listWatch) ListWithContext(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
	options = l.narrow(options)
	options.ResourceVersion, options.ResourceVersionMatch, options.Limit = "", "", pageSize
	all := &reducedList{}
	for pages := 0; pages <= mostObjects/pageSize && len(all.Items) <= mostObjects; pages++ {
		page, err := l.page(ctx, options)
		if err != nil {
			l.tell(ctx, err)
			return nil, err
		}
		for i := range page.Items {
			all.Items = append(all.Items, l.reduce(&page.Items[i]))
		}
		all.ResourceVersion, options.Continue = page.GetResourceVersion(), page.GetContinue()
		if options.Continue == "" && len(all.Items) <= mostObjects {
			return all, nil // the reflector has it taken in, and goes on to watch
		}
	}
	failure := tooMany(l.server)
	l.tell(ctx, &failure)
	return nil, &failure
}

func (l *listWatch) page(ctx context.Context, options metav1.ListOptions) (*unstructured.UnstructuredList, error) {
	limited, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	return l.resource.List(limited, options)
}

// WatchWithContext begins a watch.
func (l *listWatch) WatchWithContext(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
	watching, err := l.resource.Watch(ctx, l.narrow(options))
	l.tell(ctx, err)
	return watching, err
}

// List is [listWatch.ListWithContext] for a caller without a context; the reflector is none.
func (l *listWatch) List(options metav1.ListOptions) (runtime.Object, error) {
	return l.ListWithContext(context.Background(), options)
}

// Watch is [listWatch.WatchWithContext] for a caller without a context; the reflector is none.
func (l *listWatch) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return l.WatchWithContext(context.Background(), options)
}

func (l *listWatch) narrow(options metav1.ListOptions) metav1.ListOptions {
	if l.only != "" {
		options.FieldSelector = "metadata.name=" + l.only
	}
	return options
}

func (l *listWatch) tell(ctx context.Context, err error) {
	switch {
	case err == nil, apierrors.IsResourceExpired(err), apierrors.IsGone(err): // the reflector lists anew
		l.heard()
	case ctx.Err() == nil: // else it was we who ended it
		l.failed(err)
	}
}
