import threading
import unittest
import urllib.request

from pricing.server import Handler, Server, answer, stop_after


class AnswerTest(unittest.TestCase):
    def test_health(self):
        self.assertEqual(answer("/healthz"), (200, {"status": "ok", "service": "pricing"}))

    def test_price_of_many(self):
        status, body = answer("/prices/1200/10")
        self.assertEqual((status, body["total"]), (200, 10200))

    def test_words_are_not_numbers(self):
        self.assertEqual(answer("/prices/cheap/2")[0], 400)

    def test_nothing_elsewhere(self):
        self.assertEqual(answer("/")[0], 404)


class ServerTest(unittest.TestCase):
    def test_answers_for_a_while_when_it_is_stopped_and_then_ends(self):
        server = Server(("127.0.0.1", 0), Handler)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        over = threading.Event()
        stop_after(server, over.wait)
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/healthz") as response:
            self.assertEqual(response.status, 200)
        over.set()
        serving.join()
        server.server_close()
