"""``python -m bot``: run the service, ask the running one, say something to everybody, look after WeChat, or mask a table."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import sys

from bot.client import ask, default_url


def _day(given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given} 不是日期，应当写成 2026-12-05 这样") from None


def _operators_commands(commands: argparse._SubParsersAction) -> None:
    switch = commands.add_parser("switch", help="停用、恢复机器人，不用重启")
    switch.add_argument("to", choices=("off", "on", "status"))
    switch.add_argument("--why", help="告诉居民的原因，例如：系统维护，预计14:00恢复")
    notice = commands.add_parser("notice", help="在页面上挂一条通知；不写内容就显示现在的")
    notice.add_argument("text", nargs="?")
    notice.add_argument("--until", type=_day, help="最后一天，例如 2026-12-05")
    notice.add_argument("--clear", action="store_true", help="撤下通知")
    for command in (switch, notice):
        command.add_argument("--as", dest="who", default=getpass.getuser(), help="操作人")


def _wechat_commands(commands: argparse._SubParsersAction) -> None:
    wechat = commands.add_parser("wechat", help="检查公众号接得对不对，设置公众号菜单")
    what = wechat.add_subparsers(required=True, metavar="做什么", dest="what")
    check = what.add_parser("check", help="逐项检查：设置、访问令牌、客服接口、公网地址")
    check.add_argument("--url", help="公众平台里填的地址，默认由 HUIMIN_PUBLIC_URL 得出")
    menu = what.add_parser("menu", help="显示要设置的菜单；加 --apply 才真的设置")
    doing = menu.add_mutually_exclusive_group()
    doing.add_argument("--apply", action="store_true", help="设置到公众号上")
    doing.add_argument("--show", action="store_true", help="显示公众号上现在的菜单")
    doing.add_argument("--delete", action="store_true", help="撤掉公众号上的菜单")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bot", description="惠民政策助手")
    commands = parser.add_subparsers(required=True, metavar="命令", dest="command")
    commands.add_parser("run", help="启动服务（make run）")
    commands.add_parser("train", help="助手的数据有变化时训练")
    question = commands.add_parser("ask", help="向正在运行的服务提一个问题")
    question.add_argument("text", help="问题，例如：云安区农村低保一个月多少钱")
    question.add_argument("--region", help="默认地区代码，例如 445303")
    question.add_argument("--as-of", help="按哪一天回答，例如 2019-06-30")
    question.add_argument("--url", default=default_url(), help="服务地址（默认 %(default)s）")
    site = commands.add_parser("demo", help="一个示范网站，按区县网站的样子嵌入问答")
    site.add_argument("--url", default=default_url(), help="服务地址（默认 %(default)s）")
    site.add_argument("--port", type=int, default=8090, help="示范网站的端口（默认 %(default)s）")
    _operators_commands(commands)
    _wechat_commands(commands)
    masking = commands.add_parser("mask", help="把训练分派用的表格里的证件号、电话等遮盖掉，写成新的表格")
    masking.add_argument("file", help="CSV 表格，有 text 和 label 两列")
    masking.add_argument("--out", help="写到哪个文件，默认在旁边写 ….masked.csv")
    args = parser.parse_args()
    if args.command == "mask":
        from bot import mask_table

        return mask_table.run(args)
    if args.command == "wechat":
        from bot import wechat_commands

        return wechat_commands.run(args)
    if args.command in {"switch", "notice"}:
        from bot import operating

        return operating.run(args)
    if args.command == "demo":
        from bot.demo import serve

        return serve(args.url.rstrip("/"), args.port)
    if args.command == "ask":
        return ask(args.url, args.text, args.region, args.as_of)
    if args.command == "train":
        from bot import training

        try:
            print(training.train_if_needed())
        except training.TrainingFailed as error:
            print(error, file=sys.stderr)
            return 1
        return 0
    from bot import launcher

    return launcher.run()


if __name__ == "__main__":
    sys.exit(main())
