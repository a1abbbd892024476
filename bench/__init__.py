"""The benchmark harness: ours and a bare Flask floor, interleaved in one run, as ratios beside their aims.

Traffic goes to 127.0.0.1 only, bounded in count and time. Memory figures need Linux's /proc; the rest runs anywhere.
"""
