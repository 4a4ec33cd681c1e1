"""What the monitor itself costs: processor time of a sample with its painting.

QT_QPA_PLATFORM=offscreen python tools/measure_monitor.py
"""

import time

from PySide6.QtWidgets import QApplication

from ternchat.app.models.monitor_model import INTERVAL_MS, SAMPLES, MonitorModel
from ternchat.app.models.status_model import StatusModel
from ternchat.app.views.monitor_panel import MonitorPanel
from ternchat.app.views.theme import Theme

ROUNDS = 200


def seconds_a_sample(app: QApplication, rounds: int = ROUNDS) -> float:
    """Processor time of one sample and its painting."""
    model = MonitorModel(StatusModel())
    panel = MonitorPanel(Theme(app), model)
    panel.resize(300, 800)
    panel.show()
    for _ in range(SAMPLES):
        model.sample()
    panel.grab()
    before = time.process_time()
    for _ in range(rounds):
        model.sample()
        panel.grab()
    seconds = (time.process_time() - before) / rounds
    panel.close()
    return seconds


def main() -> None:
    """Take samples and paint them, and print what one takes."""
    seconds = seconds_a_sample(QApplication([]))
    share = 100 * seconds * 1000 / INTERVAL_MS
    print(f"{1e3 * seconds:.2f} ms for a sample and its painting: {share:.2f} % of one processor")


if __name__ == "__main__":
    main()
