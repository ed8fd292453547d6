"""What editors are told of a project: which ids its records have, what each means, and what each key is for.

`meanings` words the ids, `schema` puts them where a key asks for them, `jsonc` adds settings to a file that somebody else
wrote, and `vscode` puts all of it into the project.
"""

from __future__ import annotations
