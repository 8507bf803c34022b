# shows: decodes and runs
P='6563686f2068656c6c6f'
S=$(printf '%s' "$P" | xxd -r -p)
eval "$S"
