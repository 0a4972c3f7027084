#!/usr/bin/env python3
"""Runs what the documents show: every command of a document's console blocks, in their order and in one shell, against
a service that was just started for it, and compares what is printed with what is written there.

usage: replay_documents.py TIGERTALLY TALLY_ADMIN    both binaries, built

A block with an ellipsis in one of its commands leaves something to the reader, and is passed over.

What differs between two runs is compared by kind: keys, tokens, account numbers and times. One of these that is written
twice has to be one and the same in both places. A translation has to show the same blocks. Standard library only.
"""
import os
import re
import subprocess
import sys
import tempfile
import time

# The tours come in the order in which the Chinese page shows them.
TOURS = ['docs/contracts/%s.md' % group for group in ('rest-auth', 'accounts', 'manage', 'company', 'charity')]
DOCUMENTS = ['README.md', *TOURS, 'docs/administering.md']
# What is a translation of what.
TRANSLATIONS = {
    'README.zh-CN.md': ['README.md'],
    'docs/contracts/tours.zh-CN.md': TOURS,
    'docs/administering.zh-CN.md': ['docs/administering.md'],
}

# What stands for what differs, the longest first.
KINDS = [
    ('key', r'\b[0-9a-f]{40}\b'),
    ('token', r'\b[0-9a-f]{32}\b'),
    ('time', r'\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z'),
    ('date', r'\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b'),
    ('number', r'(?<![\d-])\d{8}(?!\d)'),
]
VARIABLE = re.compile('|'.join('(?P<%s>%s)' % kind for kind in KINDS))
END = '--- end of what it printed ---'
# `cargo run` would build what is built already.
SHELL = r'''
exec 2>/dev/null
cargo() {
    [ "$1 $2 $3 $4 $5" = "run --quiet -p admin --" ] || return 1
    shift 5
    "$TALLY_ADMIN" "$@"
}
'''


def blocks(path):
    """The console blocks, each with the line that it begins at."""
    with open(path, encoding='utf8') as file:
        text = file.read()
    found = re.finditer(r'^```console\n(.*?)^```$', text, re.S | re.M)
    return [(text.count('\n', 0, match.start(1)) + 1, match.group(1)) for match in found]


def is_whole(command):
    """Whether a shell would not wait for another line."""
    said = subprocess.run(['bash', '-n', '-c', command], stderr=subprocess.PIPE, encoding='utf8').stderr
    return not command.endswith('\\') and 'unexpected EOF' not in said and 'unexpected end of file' not in said


def steps(line, block):
    """The commands of a block: the line, the command, and what it prints."""
    found = []
    for offset, text in enumerate(block.splitlines()):
        if text.startswith('$ '):
            found.append([line + offset, text[2:], []])
        elif not is_whole(found[-1][1]):
            found[-1][1] += '\n' + text
        else:
            found[-1][2].append(text)
    return found


def is_same(written, printed, pairs):
    """Whether both say the same, where `pairs` tells what stood for what so far."""
    if VARIABLE.split(written)[::len(KINDS) + 1] != VARIABLE.split(printed)[::len(KINDS) + 1]:
        return False
    for one, other in zip(VARIABLE.finditer(written), VARIABLE.finditer(printed)):
        if one.lastgroup != other.lastgroup or pairs.setdefault(one.group(), other.group()) != other.group():
            return False
    return True


class Service:
    """A service of its own, on free ports and in memory."""

    def __init__(self, binary):
        self.process = subprocess.Popen([binary, '--memory', '--port', '0', '--aws-port', '0'],
                                        stdout=subprocess.PIPE, encoding='utf8')
        said = ''
        while 'Ctrl-C' not in said:
            line = self.process.stdout.readline()
            if not line:
                sys.exit('the service did not start')
            said += line
        self.url, self.aws = (re.search(r'^ *%s +(\S+)' % name, said, re.M).group(1) for name in ('APIs', 'AWS'))

    def at_its_ports(self, command):
        """The command, with this service's ports in the place of the usual ones."""
        return command.replace('http://localhost:3000', self.url).replace('http://127.0.0.1:8000', self.aws)

    def stop(self):
        self.process.terminate()
        self.process.wait()


def replay(document, service, admin, folder):
    """Runs what a document shows; answers how many commands there are, and how many printed something else."""
    shell = subprocess.Popen(['bash'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding='utf8', cwd=folder,
                             env=dict(os.environ, TALLY_ADMIN=admin))
    shell.stdin.write(SHELL)
    ran, failed, pairs = 0, 0, {}
    for line, block in blocks(document):
        if any('…' in command for _, command, _ in steps(line, block)):
            print('%s:%d is passed over: it leaves something to the reader' % (document, line))
            continue
        for line, command, written in steps(line, block):
            shell.stdin.write('{ %s\n} </dev/null; printf "\\n%s\\n"\n' % (service.at_its_ports(command), END))
            shell.stdin.flush()
            printed = []
            for text in iter(shell.stdout.readline, ''):
                if text.rstrip('\n') == END:
                    break
                printed.append(text)
            else:
                sys.exit('%s:%d: the shell ended at: %s' % (document, line, command))
            written, printed, ran = '\n'.join(written), ''.join(printed).strip('\n'), ran + 1
            if not is_same(written, printed, pairs):
                failed += 1
                print('%s:%d: $ %s\nis written:\n%s\nwas printed:\n%s\n' % (document, line, command, written, printed))
    shell.stdin.close()
    shell.wait()
    return ran, failed


def translated():
    """How many translations show other blocks."""
    shown = lambda document: [block for _, block in blocks(document)]
    failed = 0
    for translation, originals in TRANSLATIONS.items():
        if shown(translation) != [block for original in originals for block in shown(original)]:
            failed += 1
            print('%s shows other console blocks than %s' % (translation, ', '.join(originals)))
    return failed


def main():
    tigertally, admin = (os.path.abspath(binary) for binary in sys.argv[1:])
    failed, began = translated(), time.monotonic()
    for document in DOCUMENTS:
        service = Service(tigertally)
        try:
            with tempfile.TemporaryDirectory() as folder:
                ran, other = replay(document, service, admin, folder)
        finally:
            service.stop()
        print('%d commands of %s, %d print something else' % (ran, document, other))
        failed += other + (ran == 0)
    print('in %.0f s' % (time.monotonic() - began))
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
