"""What leads where in the main window: requests to the controller, news to the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from ternchat.app.chat_controller import ChatController
    from ternchat.app.models.status_model import StatusModel

    from .main_window import MainWindow
    from .theme import Theme


def connect_window(
    window: MainWindow, theme: Theme, controller: ChatController, status: StatusModel
) -> None:
    """Tie the parts of a window to each other and to the controller."""
    _connect_composer(window, controller)
    _connect_messages(window, controller)
    _connect_chats(window, controller)
    _connect_models(window, controller, status)
    _connect_side_parts(window, controller)
    _connect_menus(window, controller)
    _connect_window(window, theme)


def _connect_composer(window: MainWindow, controller: ChatController) -> None:
    page, composer = window.page, window.page.composer
    composer.submitted.connect(controller.send)
    composer.stop_requested.connect(controller.stop)
    composer.draft_changed.connect(controller.set_draft)
    composer.edit_last_requested.connect(controller.begin_edit_last)
    composer.edit_cancelled.connect(controller.end_edit)
    page.empty.prompt_chosen.connect(controller.send_suggestion)
    controller.draft_changed.connect(composer.set_draft)
    controller.busy_changed.connect(composer.set_busy)
    controller.repeating_changed.connect(composer.show_repeating)
    controller.editing_changed.connect(composer.set_editing)
    controller.place_changed.connect(composer.attachments.show_place)
    controller.files_returned.connect(composer.attachments.put_back)
    controller.files_moved.connect(composer.attachments.move)
    composer.attachments.kept.connect(controller.set_draft_files)
    window.drop.dropped.connect(window.take_files)
    window.drop.hovering.connect(composer.set_drop_target)


def _connect_messages(window: MainWindow, controller: ChatController) -> None:
    view, actions = window.page.conversation, controller.actions
    view.edit_requested.connect(controller.begin_edit)
    view.take_back_requested.connect(controller.take_back)
    view.position_changed.connect(controller.set_read_position)
    view.retry_requested.connect(actions.retry)
    view.regenerate_requested.connect(actions.regenerate)
    view.continue_requested.connect(actions.continue_answer)
    view.branch_requested.connect(actions.branch)
    view.delete_requested.connect(actions.delete)
    view.pin_requested.connect(actions.pin)
    view.sibling_requested.connect(actions.show_sibling)


def _connect_chats(window: MainWindow, controller: ChatController) -> None:
    page, sidebar = window.page, window.sidebar
    sidebar.new_chat_requested.connect(controller.new_chat)
    sidebar.chat_chosen.connect(controller.open_chat)
    page.errors.new_chat_requested.connect(controller.new_chat)
    controller.chat_changed.connect(window.show_chat)
    controller.temporary_changed.connect(page.header.set_temporary)
    controller.answering_changed.connect(window.set_answering)
    controller.problem_raised.connect(page.errors.show_problem)


def _connect_models(window: MainWindow, controller: ChatController, status: StatusModel) -> None:
    page, body = window.page, window.body
    for asked in (window.sidebar.models_requested, page.empty.models_requested):
        asked.connect(body.toggle_models)
    window.models.close_requested.connect(body.show_chat_page)
    page.empty.built_in_requested.connect(controller.use_built_in)
    page.empty.folder_requested.connect(window.choose_folder)
    window.folder_chosen.connect(controller.use_model)
    status.changed.connect(window.show_status)
    status.changed.connect(page.meter.set_status)


def _connect_side_parts(window: MainWindow, controller: ChatController) -> None:
    page, body, menus = window.page, window.body, window.menus
    controller.settings_changed.connect(window.panel.show_settings)
    controller.settings_changed.connect(page.meter.set_settings)
    window.panel.settings_changed.connect(controller.set_settings)
    for toggled, toggle in (
        (page.header.sidebar_toggled, body.toggle_sidebar),
        (page.header.chat_settings_toggled, body.toggle_settings),
        (window.panel.close_requested, body.toggle_settings),
        (page.header.monitor_toggled, body.toggle_monitor),
        (window.monitor.close_requested, body.toggle_monitor),
    ):
        toggled.connect(toggle)
    menus.sidebar.setChecked(not window.sidebar.isHidden())
    body.sidebar_shown.connect(menus.sidebar.setChecked)
    body.settings_shown.connect(menus.chat_settings.setChecked)
    body.monitor_shown.connect(menus.monitor.setChecked)


def _connect_menus(window: MainWindow, controller: ChatController) -> None:
    menus, page, body = window.menus, window.page, window.body
    menus.stop.setEnabled(False)
    controller.busy_changed.connect(menus.stop.setEnabled)
    for action, does in (
        (menus.new_chat, controller.new_chat),
        (menus.temporary_chat, controller.new_temporary_chat),
        (menus.open_folder, window.choose_folder),
        (menus.stop, controller.stop),
        (menus.write, lambda: page.composer.setFocus()),
        (menus.attach, page.composer.attach_requested),
        (menus.edit_last, page.composer.edit_last_requested),
        (menus.regenerate, controller.regenerate_last),
        (menus.chat_settings, body.toggle_settings),
        (menus.next_chat, lambda: window.sidebar.step(1)),
        (menus.previous_chat, lambda: window.sidebar.step(-1)),
        (menus.copy_answer, page.copy_last_answer),
        (menus.copy_code, page.copy_last_code),
        (menus.find, page.find),
        (menus.models, body.toggle_models),
        (menus.sidebar, body.toggle_sidebar),
        (menus.monitor, body.toggle_monitor),
        (menus.older_version, lambda: page.conversation.step_version(-1)),
        (menus.newer_version, lambda: page.conversation.step_version(1)),
        (menus.full_screen, window.toggle_full_screen),
        (menus.shortcuts, window.show_shortcuts),
        (menus.quit, QApplication.quit),
    ):
        action.triggered.connect(does)
    window.sidebar.settings_requested.connect(menus.settings.trigger)


def _connect_window(window: MainWindow, theme: Theme) -> None:
    menus = window.menus
    menus.zoom_in.triggered.connect(theme.zoom_in)
    menus.zoom_out.triggered.connect(theme.zoom_out)
    menus.zoom_reset.triggered.connect(theme.zoom_reset)
    theme.changed.connect(window.limit_size)
