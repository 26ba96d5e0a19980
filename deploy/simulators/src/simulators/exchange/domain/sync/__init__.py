"""SyncFolderItems: pages of a folder's changes."""
