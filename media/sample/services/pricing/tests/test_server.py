import unittest

from pricing.server import answer


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
