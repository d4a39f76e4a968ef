"""From addresses to captures: the only room that reads the network.

``fetcher`` fetches one address within limits; ``addresses`` guards which ones may be reached;
``politeness`` keeps the pace that hosts ask for; ``sources`` turn feeds and lists into entries.
"""
