"""A small simulator of a counter, for tests: three categories, two agents who work from 13 to 17 h, no appointments.

Written like the ones that `guichet bench kiosk` is run with; it leaves out what a scenario may leave out.
"""

import numpy as np

SCENARIOS = {
    "tiny": {
        "cats": {"share": [0.5, 0.3, 0.2], "mean": [5.0, 9.0, 14.0], "cv": [0.5, 0.6, 0.7]},
        "staff": [((0, 1), 780, 1020, ((900, 10),)), ((0, 1, 2), 780, 1020, ())],
    }
}


def simulate_day(sc, seed, test=True):
    rng = np.random.default_rng(seed)
    mean = np.array(sc["cats"]["mean"])
    people = []
    for number, t in enumerate(np.sort(rng.uniform(780, 960, rng.poisson(38)))):
        cat = int(rng.choice(len(mean), p=sc["cats"]["share"]))
        ids = {"id": number, "arr": float(t), "cat": cat, "prio": 2, "key": float(t), "slot": None}
        people.append({**ids, "called": None, "gone": None})
    agents = [{"free": float(s[1]), "cat": -1, "start": 0.0, "breaks": [list(b) for b in s[3]]} for s in sc["staff"]]
    waiting, hist, calls, snaps = [], [], [], []

    def ends(now):
        return [h for h in hist if h[3] <= now]

    def serve(now):
        """Whoever is free until now calls the first they may serve."""
        while True:
            order = sorted(range(len(agents)), key=lambda s: agents[s]["free"])
            for s in order:
                agent, (skills, _, off, _) = agents[s], sc["staff"][s]
                t = agent["free"]
                mine = [p for p in waiting if p["cat"] in skills and max(p["arr"], t) <= now]
                if not mine or t > now or t >= off:
                    continue
                t = max(t, mine[0]["arr"])
                if agent["breaks"] and agent["breaks"][0][0] <= t:
                    agent.update(free=t + agent["breaks"].pop(0)[1], cat=-1)
                    break
                p = mine[0]
                waiting.remove(p)
                p["called"] = t
                end = t + float(rng.gamma(4, mean[p["cat"]] / 4))
                agent.update(free=end, cat=p["cat"], start=t)
                hist.append((p["cat"], s, t, end, False))
                calls.append((t, p["id"]))
                break
            else:
                return

    for p in people:
        now = p["arr"]
        serve(now)
        idle = any(a["free"] <= now and p["cat"] in sc["staff"][s][0] for s, a in enumerate(agents))
        waiting.append(p)
        seen = []
        for s, a in enumerate(agents):
            doing = "busy" if a["free"] > now and a["cat"] >= 0 else "break" if a["free"] > now else "idle"
            _, on, off, _ = sc["staff"][s]
            breaks = tuple(map(tuple, a["breaks"]))
            seen.append((doing, a["cat"], a["start"], a["free"] if doing == "break" else None, breaks, off, on, False))
        known = sorted(ends(now), key=lambda h: h[3])
        ids = [q["id"] for q in waiting]
        kind = "arr0" if idle else "arr"
        snaps.append(
            {"t": now, "kind": kind, "pid": p["id"], "waiting": ids, "agents": seen, "ncalls": len(calls)}
            | {"nhist": len(known)}
        )
    serve(1e9)
    ended = sorted(hist, key=lambda h: h[3])
    return {"P": people, "snaps": snaps, "hist": ended, "calls": calls}
