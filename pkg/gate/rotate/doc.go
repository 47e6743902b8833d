// Package rotate renews the token in the Secret of another cluster.
//
// The Secret is written once, at the end, when the new token has been tried; until then, and whatever fails, the old one stays and works
// until it ends. Nothing but the token changes: every key keeps its format, byte for byte. What the Secret says is not obeyed: neither
// whose token it is nor where it leads decides what is asked for, or whoever may write the Secret could have any token made for them.
package rotate
