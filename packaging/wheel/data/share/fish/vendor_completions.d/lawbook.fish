complete --keep-order --exclusive --command lawbook --arguments "(LAWBOOK_COMPLETE=fish lawbook -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
